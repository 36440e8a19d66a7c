set title '500 x true, two at a time: processor time of all processes, median, quartiles'
set style fill solid 0.6
set boxwidth 0.6
set ylabel 'ms'
set xtics rotate by -30
set grid y
unset key
set logscale y
set yrange [100:*]
plot 'batch.data' using 0:($2):xtic(1) with boxes, '' using 0:($2):($3):($4) with yerrorbars lc black pt 0

set title 'Start-up to exit of a static true: median, quartiles'
set style fill solid 0.6
set boxwidth 0.6
set yrange [0:*]
set ylabel 'ms'
set xtics rotate by -30
set grid y
unset key
set logscale y
set yrange [0.3:*]
plot 'startup.data' using 0:($2/1000):xtic(1) with boxes, '' using 0:($2/1000):($3/1000):($4/1000) with yerrorbars lc black pt 0

set title 'Pipe to pipe, 256 MiB: median, quartiles'
set xlabel 'KiB of both pipes'
set ylabel 'GiB/s'
set logscale x 2
set xrange [12:1400]
set yrange [0:*]
set grid
set key top left
speed(us) = 0.25 / (us / 1e6)
plot "< sed -n 's/^\"netrunner \\([0-9]*\\)K\"/\\1/p' pipesize.data" using 1:(speed($2)):(speed($4)):(speed($3)) with yerrorlines title 'netrunner run', \
     "< sed -n 's/^\"splice \\([0-9]*\\)K\"/\\1/p' pipesize.data" using 1:(speed($2)):(speed($4)):(speed($3)) with yerrorlines title 'splice(2) alone', \
     "< sed -n 's/^\"plain pipe\"/64/p' pipesize.data" using 1:(speed($2)):(speed($4)):(speed($3)) with yerrorbars pt 7 title 'no relay (64 KiB)'

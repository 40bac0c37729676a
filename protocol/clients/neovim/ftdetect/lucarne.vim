autocmd BufRead,BufNewFile *.lucarne set filetype=lucarne

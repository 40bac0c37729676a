if vim.b.did_ftplugin then return end
vim.b.did_ftplugin = 1
vim.b.undo_ftplugin = 'setlocal commentstring< comments<'
vim.bo.commentstring = '# %s'
vim.bo.comments = ':#'
require('lucarne').attach(vim.api.nvim_get_current_buf())

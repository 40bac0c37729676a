-- Neovim 0.7 and later: prompt files with the built-in client, in a few lines of init.lua.
vim.api.nvim_create_autocmd({ 'BufRead', 'BufNewFile' }, {
  pattern = '*.lucarne',
  callback = function(event)
    vim.bo[event.buf].filetype = 'lucarne'
    local client = _G.lucarne_client or vim.lsp.start_client({ name = 'lucarne', cmd = { 'lucarne', 'serve' } })
    _G.lucarne_client = client
    vim.lsp.buf_attach_client(event.buf, client)
    vim.keymap.set('n', 'K', vim.lsp.buf.hover, { buffer = event.buf })
    vim.keymap.set('n', '<leader>a', vim.lsp.buf.code_action, { buffer = event.buf })
  end,
})

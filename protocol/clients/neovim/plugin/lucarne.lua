if vim.g.loaded_lucarne or vim.fn.has('nvim-0.7') == 0 then return end
vim.g.loaded_lucarne = 1

local function command(name, run, options)
  vim.api.nvim_create_user_command('Lucarne' .. name, function(given)
    require('lucarne')[run](given)
  end, options)
end

command('Generate', 'generate', { bang = true, desc = "The model's answer; with ! as a turn of the file" })
command('Attribute', 'attribute', { nargs = '*', desc = 'What speaks for the answer, as a heat map' })
command('Steer', 'steer', { nargs = '*', desc = 'The answer with latents held at values' })
command('Explain', 'explain', { nargs = '?', bang = true, desc = 'What a feature stands for; with ! its pictures' })
command('Ablate', 'ablate', { nargs = '*', desc = 'What the answer loses without features' })
command('Stop', 'stop', { desc = 'Cancel what runs' })
command('Status', 'kernel_status', { desc = 'What is loaded and what waits' })
command('Clear', 'clear', { desc = 'Take the heat map away' })

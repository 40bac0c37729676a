-- An editor beside others: attributes a prompt file again and again through the plugin, and writes what it saw.
-- nvim --headless --clean -c 'luafile together.lua', with TOGETHER_PLUGIN, _COMMAND (JSON), _FILE, _COUNT and _RESULT.

local function given(name) return os.getenv('TOGETHER_' .. name) end

vim.opt.runtimepath:prepend(given('PLUGIN'))
vim.cmd('runtime! plugin/lucarne.lua ftdetect/lucarne.vim')
vim.cmd('filetype plugin on | syntax on')
vim.opt.swapfile = false
local lucarne = require('lucarne')
local tasks = require('lucarne.task')
local window = require('lucarne.window')
lucarne.setup({ cmd = vim.fn.json_decode(given('COMMAND')), viewer = function() end })
vim.cmd('edit ' .. vim.fn.fnameescape(given('FILE')))

local function run(command)
  local started = vim.fn.reltime()
  vim.cmd(command)
  assert(vim.wait(60000, function() return next(tasks.running) == nil end, 2), command .. ' did not end')
  return vim.fn.reltimefloat(vim.fn.reltime(started)) * 1000
end

run('LucarneAttribute')
local milliseconds, reports = {}, {}
for _ = 1, tonumber(given('COUNT')) do
  table.insert(milliseconds, run('LucarneAttribute'))
  reports[table.concat(window.lines(), '\n')] = true
end
local file = assert(io.open(given('RESULT') .. '.part', 'w'))
file:write(vim.fn.json_encode({ milliseconds = milliseconds, reports = vim.tbl_keys(reports) }))
file:close()
os.rename(given('RESULT') .. '.part', given('RESULT'))
vim.wait(60000, function() return false end)

-- The plugin and Neovim's own language client over `lucarne attach --ssh`: run by ssh.py, which cuts the line when
-- this prints CUT. LUCARNE_COMMAND is the command line as JSON, LUCARNE_PROMPT a prompt file with a picture beside it.

local command = vim.fn.json_decode(os.getenv('LUCARNE_COMMAND'))
local path = os.getenv('LUCARNE_PROMPT')
vim.opt.runtimepath:prepend(os.getenv('LUCARNE_PLUGIN'))
vim.cmd('runtime! plugin/lucarne.lua ftdetect/lucarne.vim')
vim.cmd('filetype plugin on')
vim.opt.swapfile = false

local function say(text) io.stdout:write(text .. '\n') io.stdout:flush() end

local function wait(what, condition)
  assert(vim.wait(40000, condition, 10), 'waited in vain for ' .. what)
end

local ok, why = pcall(function()
  local lucarne, kernel = require('lucarne'), require('lucarne.kernel')
  local tasks, window, heat = require('lucarne.task'), require('lucarne.window'), require('lucarne.heat')
  local messages, pictures = {}, {}
  vim.notify = function(text) table.insert(messages, text) end
  vim.api.nvim_echo = function(chunks) for _, chunk in ipairs(chunks) do table.insert(messages, chunk[1]) end end
  lucarne.setup({ cmd = command, check = 50, viewer = function(file) table.insert(pictures, file) end })
  local function idle() wait('the command', function() return next(tasks.running) == nil end) end
  local function report() return table.concat(window.lines(), '\n') end

  vim.cmd('edit ' .. vim.fn.fnameescape(path))
  vim.cmd('LucarneAttribute')
  idle()
  assert(kernel.info and kernel.info.remote, 'no kernel of another machine: ' .. table.concat(messages, ' | '))
  assert(report():find('Yes', 1, true), 'no report: ' .. report() .. table.concat(messages, ' | '))
  assert(#pictures > 0, 'no picture has come back')
  local file = assert(io.open(pictures[1], 'rb'))
  assert(file:read(8) == '\137PNG\r\n\26\n', 'the heat map is no PNG')
  file:close()
  assert(#vim.diagnostic.get(0) == 0, vim.inspect(vim.diagnostic.get(0)))
  say('ok attribute')
  vim.cmd('LucarneGenerate')
  idle()
  assert(report():find('Yes', 1, true), report())
  say('ok generate')

  -- The line goes while nothing is asked: the next command has another.
  say('CUT')
  wait('the end to be seen', function() return not kernel.running() end)
  vim.cmd('LucarneGenerate')
  idle()
  assert(kernel.running() and report():find('Yes', 1, true), report())
  say('ok generate after the line was cut')

  local client = vim.lsp.start_client({ name = 'lucarne', cmd = command })
  vim.lsp.buf_attach_client(0, client)
  local answer
  wait('the server', function() return vim.lsp.get_client_by_id(client).initialized end)
  vim.lsp.get_client_by_id(client).request('workspace/executeCommand', {
    command = 'lucarne.attribute', arguments = { vim.uri_from_bufnr(0) },
  }, function(err, result) answer = { err, result } end)
  wait('the attribution', function() return answer ~= nil end)
  assert(answer[2] and answer[2].answer == 'Yes' and #answer[2].features > 0, vim.inspect(answer))
  say('ok language client')
end)
say(ok and 'DONE' or 'FAILED ' .. tostring(why))
vim.cmd(ok and 'qall!' or 'cquit 1')

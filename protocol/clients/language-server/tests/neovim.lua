-- Neovim's own client, configured by ../init.lua alone, on a prompt file of the embedded world.
local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local folder = os.getenv('LUCARNE_FOLDER')
vim.opt.swapfile = false
-- The configuration names `lucarne`; the test has it under another name.
local start = vim.lsp.start_client
vim.lsp.start_client = function(config)
  config.cmd[1] = os.getenv('LUCARNE')
  return start(config)
end
dofile(here .. '/../init.lua')

local function check(what, condition)
  if not condition then error('FAIL ' .. what) end
  print('ok   ' .. what .. '\n')
end

local function wait(what, condition) check(what, vim.wait(60000, condition, 10)) end

local function lines(buffer) return vim.api.nvim_buf_get_lines(buffer, 0, -1, false) end

local function ask(buffer, method, params)
  local answers = vim.lsp.buf_request_sync(buffer, method, params, 60000)
  local _, answer = next(answers)
  assert(not answer.error, method .. ': ' .. vim.inspect(answer.error))
  return answer.result
end

local ok, failure = pcall(function()
  local path = folder .. '/prompt.lucarne'
  vim.fn.writefile({
    '---', 'images:', '  map: map.png', 'nonsense: 5', '---', '@user', '![map]',
    'Does the image show Bolivia?', '@assistant',
  }, path)
  vim.cmd('edit ' .. path)
  local buffer = vim.api.nvim_get_current_buf()
  check('the file has its type', vim.bo.filetype == 'lucarne')
  wait('a diagnostic stands at the wrong key', function()
    local found = vim.diagnostic.get(buffer)
    return #found == 1 and found[1].lnum == 3 and found[1].message:find('nonsense', 1, true)
  end)
  vim.api.nvim_buf_set_lines(buffer, 3, 4, false, {})
  wait('it goes when the line is repaired', function() return #vim.diagnostic.get(buffer) == 0 end)

  local document = { uri = vim.uri_from_bufnr(buffer) }
  local hover = ask(buffer, 'textDocument/hover', {
    textDocument = document, position = { line = 6, character = 22 },
  })
  check('hover lists features', hover.contents.value:find('%- %*%*%d+%*%* %d+%.%d%d'))
  local image = ask(buffer, 'textDocument/hover', {
    textDocument = document, position = { line = 5, character = 3 },
  })
  check('hover on the picture lists features', image.contents.value:find('map', 1, true))

  vim.api.nvim_win_set_cursor(0, { 7, 3 })
  local actions = ask(buffer, 'textDocument/codeAction', vim.tbl_extend('force',
    vim.lsp.util.make_range_params(), { context = { diagnostics = {} } }))
  local titles = vim.tbl_map(function(each) return each.title end, actions)
  check('actions are offered', vim.deep_equal(titles, {
    'Generate the answer', 'Attribute the likeliest answer',
  }))
  ask(buffer, 'workspace/executeCommand', {
    command = actions[2].command.command, arguments = actions[2].command.arguments,
  })
  wait('scores are shown as hints', function()
    local hints = vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.HINT })
    local said = table.concat(vim.tbl_map(function(each) return each.message end, hints), '\n')
    -- The picture's share is measured, a word's is a score.
    return #hints > 3 and said:find('(measured)', 1, true) and said:find('to first order', 1, true)
  end)

  local before = lines(buffer)
  -- The way of the editor's own menu.
  vim.ui.select = function(items, _, choose) choose(items[1], 1) end
  vim.lsp.buf.code_action()
  wait('the answer is put into the file', function() return #lines(buffer) > #before end)
  local answer = lines(buffer)[#before + 1]
  check('the answer is the model\'s', #answer > 0 and not answer:find('@', 1, true))
  print('     ' .. answer .. '\n')
  vim.wait(500)
  check('the file is still right', #vim.diagnostic.get(buffer, {
    severity = { min = vim.diagnostic.severity.WARN },
  }) == 0)
  vim.lsp.stop_client(_G.lucarne_client)
  wait('the server stops', function() return vim.lsp.client_is_stopped(_G.lucarne_client) end)
end)
if not ok then
  print(tostring(failure) .. '\n')
  vim.cmd('cquit! 1')
end
vim.cmd('qa!')

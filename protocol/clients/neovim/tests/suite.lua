-- The plugin against a real kernel and its embedded world: nvim --headless --clean -c 'luafile suite.lua',
-- LUCARNE naming the program and LUCARNE_FOLDER an empty folder with a picture, map.png.

local here = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h')
local folder = os.getenv('LUCARNE_FOLDER')
vim.opt.runtimepath:prepend(vim.fn.fnamemodify(here, ':h'))
vim.cmd('runtime! plugin/lucarne.lua ftdetect/lucarne.vim')
vim.cmd('filetype plugin on | syntax on')
vim.opt.swapfile = false

local lucarne = require('lucarne')
local heat = require('lucarne.heat')
local kernel = require('lucarne.kernel')
local prompt = require('lucarne.prompt')
local tasks = require('lucarne.task')
local window = require('lucarne.window')

local messages, pictures, failures = {}, {}, 0
vim.notify = function(text) table.insert(messages, text) end
vim.api.nvim_echo = function() end
lucarne.setup({
  cmd = { os.getenv('LUCARNE'), 'serve' }, check = 50,
  viewer = function(path) table.insert(pictures, path) end,
})

local QUESTION = table.concat({
  '---', 'images:', '  map: map.png', '---', '@user', '![map]', 'Does the image show Bolivia?',
}, '\n')

local function wait(what, condition)
  assert(vim.wait(60000, condition, 5), 'waited in vain for ' .. what)
end

local function idle() wait('the command', function() return next(tasks.running) == nil end) end

local function report() return table.concat(window.lines(), '\n') end

local function said(text)
  for _, message in ipairs(messages) do
    if message:find(text, 1, true) then return true end
  end
  return false
end

local function ask(method, params)
  local answer
  kernel.request(method, params, function(err, result) answer = { err, result } end)
  wait(method, function() return answer ~= nil end)
  assert(not answer[1], method .. ': ' .. vim.inspect(answer[1]))
  return answer[2]
end

local function pid()
  local children = vim.api.nvim_get_proc_children(vim.fn.getpid())
  assert(#children == 1, 'one process, not ' .. #children)
  return children[1]
end

local number = 0
local function edit(text)
  number = number + 1
  vim.cmd('edit ' .. ('%s/prompt-%d.lucarne'):format(folder, number))
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(text, '\n', { plain = true }))
  vim.wait(20)
  messages = {}
  return vim.api.nvim_get_current_buf()
end

local function marks(buffer)
  return vim.api.nvim_buf_get_extmarks(buffer, heat.namespace, 0, -1, { details = true })
end

-- Keeps the engine at work until the returned function is called.
local function block()
  local opened = ask('prompt/open', prompt.params(0))
  local done = false
  local id = kernel.request('attribution/compute', {
    context = opened.context, sae = 'sae', method = 'ablation', topK = 4096,
    target = { kind = 'logitDiff', answer = { text = 'Yes' }, baseline = { text = 'No' } },
  }, function() done = true end)
  wait('the engine', function() return ask('kernel/status', {}).queue.running ~= nil end)
  return function()
    assert(not done, 'the engine was not kept at work')
    kernel.cancel(id)
    wait('the engine', function() return done end)
  end
end

local function test(name, body)
  local ok, message = xpcall(body, debug.traceback)
  if not ok then failures = failures + 1 end
  io.stdout:write(('%s %s\n'):format(ok and 'ok  ' or 'FAIL', name))
  if not ok then io.stdout:write(message .. '\n' .. table.concat(messages, '\n') .. '\n') end
end

-- Options' autocommands wait for the editor to have started.
vim.schedule(function()

test('generates what the kernel generates', function()
  edit(QUESTION)
  vim.cmd('LucarneGenerate')
  idle()
  local opened = ask('prompt/open', prompt.params(0))
  local answer = ask('context/generate', { context = opened.context, maxTokens = 8 })
  assert(answer.text == 'Yes' and report():find('\nYes', 1, true), report())
end)

test('writes the answer as a turn', function()
  local buffer = edit(QUESTION)
  vim.cmd('LucarneGenerate!')
  idle()
  local lines = vim.api.nvim_buf_get_lines(buffer, -4, -1, false)
  assert(vim.deep_equal(lines, { 'Does the image show Bolivia?', '@assistant', 'Yes' }), vim.inspect(lines))
end)

test('writes what the file would read otherwise as text', function()
  local function inserted(text, answered)
    local buffer = edit(text)
    require('lucarne.answer').insert(buffer, answered)
    return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
  end
  local begun = inserted('a\n@assistant\nIt is\n', ' ![so]\n@user')
  assert(begun == 'a\n@assistant\nIt is !![so]\n@@user', begun)
  local new = inserted('a\n\n', '@user')
  assert(new == 'a\n@assistant\n@@user', new)
end)

test('colours the tokens by the scores of the kernel', function()
  local buffer = edit(QUESTION)
  vim.cmd('LucarneAttribute Yes No')
  idle()
  local opened = ask('prompt/open', prompt.params(0))
  local scored = ask('attribution/compute', {
    context = opened.context, sae = 'sae', method = 'heldNorms', aggregate = 'token', topK = 100000,
    target = { kind = 'logitDiff', answer = { text = 'Yes' }, baseline = { text = 'No' } },
  })
  local scores, strongest = {}, 0
  for _, item in ipairs(scored.items) do scores[item.position] = item.score end
  for _, token in ipairs(opened.tokens) do
    strongest = math.max(strongest, math.abs(scores[token.position]))
  end
  local expected = {}
  for _, token in ipairs(opened.tokens) do
    local share = scores[token.position] / strongest
    if math.abs(share) >= 0.05 then
      local start = token.range.start
      expected[start.line .. ':' .. start.character .. ' ' .. token.range['end'].character] =
        (share > 0 and 'Supports' or 'Opposes') .. math.ceil(math.abs(share) * 4)
    end
  end
  local found, annotated, behind = {}, 0, {}
  for _, mark in ipairs(marks(buffer)) do
    local detail = mark[4]
    if detail.hl_group then
      found[mark[2] .. ':' .. mark[3] .. ' ' .. detail.end_col] =
        detail.hl_group:gsub('LucarneDark', ''):gsub('LucarneLight', '')
    elseif detail.virt_text then
      annotated = annotated + 1
      local text = ''
      for _, chunk in ipairs(detail.virt_text) do text = text .. chunk[1] end
      behind[mark[2]] = (behind[mark[2]] or '') .. text
    end
  end
  assert(next(expected) and vim.deep_equal(expected, found), vim.inspect({ expected, found }))
  assert(annotated == 3, 'scores behind the question, the picture and the template')
  local whole = ask('attribution/compute', {
    context = opened.context, sae = 'sae', aggregate = 'feature', topK = lucarne.config.features,
    target = { kind = 'logitDiff', answer = { text = 'Yes' }, baseline = { text = 'No' } },
  })
  local shares = {}
  for _, part in ipairs(whole.byPart) do shares[part.part] = part.score end
  -- The picture's share is what the target loses when its features go to zero, by ablation/run.
  local picture = opened.parts[1]
  local active = ask('feature/activations', {
    context = opened.context, sae = 'sae', region = { part = picture.part }, topK = 2048,
  }).items
  local exact = ask('ablation/run', {
    context = opened.context, sae = 'sae', splice = { errorTerm = 'keep' },
    interventions = vim.tbl_map(function(item)
      return { op = 'zero', feature = item.feature, at = { { part = picture.part } } }
    end, active),
    targets = { { kind = 'logitDiff', answer = { text = 'Yes' }, baseline = { text = 'No' } } },
  }).targets[1]
  assert(math.abs(exact.before - exact.after - shares.map) < 1e-3, vim.inspect({ exact, shares }))
  assert(behind[5]:find(('map %+.2f ablated'):format(shares.map), 1, true), vim.inspect(behind))
  assert(behind[4]:find(('template %+.2f ablated'):format(shares.template), 1, true), vim.inspect(behind))
  local said = report()
  assert(vim.startswith(said, 'logit("Yes") − logit("No"): +3.'), said)
  for _, sentence in ipairs(whole.explanation.sentences) do assert(said:find(sentence, 1, true), said) end
  for _, part in ipairs(whole.byPart) do
    assert(said:find(('%s +%s'):format(part.part, ('%+.3f'):format(part.score):gsub('[+-]', '%%%0'))), said)
  end
  assert((said:find('not reliable', 1, true) ~= nil) == (whole.verification.notReliable ~= nil), said)
  local supports, opposes = said:find('\nsupports '), said:find('\nopposes ')
  assert(supports and opposes and said:find('\nparts, by ablation\n', 1, true), said)
  local count = 0
  for _, item in ipairs(whole.items) do
    local exact = item.measured and ('%+.3f'):format(item.measured) or ''
    local at = said:find(('\n%8d %+7.3f %8s '):format(item.feature.index, item.score, exact), 1, true)
    assert(at and (at > opposes) == ((item.measured or item.score) < 0), said)
    count = count + (item.measured and 1 or 0)
  end
  assert(count > 3, 'features are measured')
  assert(not said:find('unexplained', 1, true), said)
  local file = assert(io.open(pictures[#pictures], 'rb'))
  assert(file:read(4) == '\137PNG', 'a picture')
  file:close()
end)

test('takes its colours for light and for dark backgrounds', function()
  local function group()
    for _, mark in ipairs(marks(0)) do
      if mark[4].hl_group then return mark[4].hl_group end
    end
  end
  vim.o.background = 'light'
  assert(group():match('^LucarneLight'), group())
  vim.o.background = 'dark'
  assert(group():match('^LucarneDark'), group())
end)

test('compares the answer with its runner-up where nothing is named', function()
  edit(QUESTION)
  vim.cmd('LucarneAttribute')
  idle()
  assert(report():find('logit("Yes") − logit("No")', 1, true), report())
  edit(QUESTION:gsub('^%-%-%-', '---\nanswer: "No"\nbaseline: "Yes"'))
  vim.cmd('LucarneAttribute')
  idle()
  assert(report():find('logit("No") − logit("Yes")', 1, true), report())
  edit(QUESTION:gsub('^%-%-%-', '---\nanswer: " Yes"'))
  vim.cmd('LucarneAttribute')
  idle()
  assert(report():find('logit(" Yes") − logit("No")', 1, true), report())
end)

test('finds the tokens behind letters of four bytes', function()
  local buffer = edit('@user\nÄ 🐟🐟 fish: is there a red fish?\nIs it 🐟 blue?')
  vim.cmd('LucarneAttribute Yes No')
  idle()
  local opened = ask('prompt/open', prompt.params(0))
  local checked = 0
  for _, token in ipairs(opened.tokens) do
    local place = prompt.place(buffer, token.range)
    local text = table.concat(
      vim.api.nvim_buf_get_text(buffer, place[1], place[2], place[3], place[4], {}), '\n')
    if not token.text:find('\239\191\189', 1, true) and #token.text > 1 then
      assert(text == token.text, text .. ' is not ' .. token.text)
      checked = checked + 1
    end
  end
  assert(checked >= 6, checked .. ' tokens')
end)

test('shows progress, and the answer as it comes', function()
  edit(QUESTION)
  local request, seen = kernel.request, {}
  kernel.request = function(method, params, callback, progress, partial)
    if method == 'context/generate' then
      -- The world answers too soon to tell any of this itself.
      progress({ kind = 'begin', title = 'generation', percentage = 10 })
      table.insert(seen, lucarne.status())
      partial({ tokens = { { text = 'Wh' }, { text = 'at' } } })
      partial({ tokens = { { text = '?' } } })
      table.insert(seen, report())
      progress({ kind = 'end' })
      table.insert(seen, lucarne.status())
    end
    return request(method, params, callback, progress, partial)
  end
  vim.cmd('LucarneGenerate')
  idle()
  kernel.request = request
  assert(vim.deep_equal(seen, { 'generation 10 % ', 'answer …\nWhat?', '' }), vim.inspect(seen))
  assert(report() == 'answer\nYes', report())
end)

test('tells a line that is not UTF-8', function()
  local buffer = edit(QUESTION .. '\240\159\144\159é€\nIs \237\160\128 it?')
  vim.cmd('LucarneGenerate')
  idle()
  assert(said('line 8: the line is not UTF-8'), vim.inspect(messages))
  assert(vim.diagnostic.get(buffer)[1].lnum == 7)
  vim.api.nvim_buf_set_lines(buffer, 7, 8, false, {})
  wait('no diagnostics', function() return #vim.diagnostic.get(buffer) == 0 end)
end)

test('steers the answer', function()
  edit(QUESTION)
  vim.cmd('LucarneSteer 182=0')
  idle()
  assert(report():find('steered%s+No') and report():find('plain%s+Yes'), report())
  edit(QUESTION:gsub('^%-%-%-', '---\nsteer:\n  182: 0'))
  vim.cmd('LucarneSteer')
  idle()
  assert(report():find('steered%s+No'), report())
end)

test('refuses what is no feature', function()
  edit(QUESTION)
  vim.cmd('LucarneSteer 18x=0')
  assert(said('18x is not a feature'), vim.inspect(messages))
  vim.cmd('LucarneSteer')
  idle()
  assert(said('nothing to steer'), vim.inspect(messages))
  vim.cmd('LucarneExplain 999999')
  idle()
  assert(said('999999') or said('latents'), vim.inspect(messages))
end)

test('explains a feature, by its number and under the cursor', function()
  edit(QUESTION)
  vim.cmd('LucarneExplain 929')
  idle()
  assert(report():find('feature 929\nred (colour)', 1, true) and report():find('exemplars'), report())
  vim.api.nvim_win_set_cursor(0, { 7, 10 })
  vim.cmd('LucarneExplain')
  idle()
  assert(report():match('^feature %d+') and not report():match('^feature 929'), report())
  edit(QUESTION:gsub('^%-%-%-', '---\nsteer:\n  929: 0'))
  vim.api.nvim_win_set_cursor(0, { 3, 3 })
  vim.cmd('LucarneExplain')
  idle()
  assert(report():match('^feature 929'), report())
end)

test('ablates a feature', function()
  edit(QUESTION)
  vim.cmd('LucarneAblate 182')
  idle()
  assert(report():match('"Yes" against "No": %+3%.%d+, without %-2%.%d+'), report())
end)

test('stops what waits', function()
  local buffer = edit(QUESTION)
  local release = block()
  messages = {}
  vim.cmd('LucarneAttribute')
  vim.wait(50)
  vim.cmd('LucarneStop')
  idle()
  assert(said('stopped'), vim.inspect(messages))
  assert(#marks(buffer) == 0, 'nothing is coloured')
  release()
  vim.cmd('LucarneStop')
  assert(said('nothing runs'), vim.inspect(messages))
end)

test('drops results of a text that has changed, and their colours', function()
  local buffer = edit(QUESTION)
  vim.cmd('LucarneAttribute')
  idle()
  assert(#marks(buffer) > 0, 'coloured')
  vim.api.nvim_buf_set_lines(buffer, 6, 7, false, { 'Does the image show Brazil?' })
  wait('the colours', function() return #marks(buffer) == 0 end)
  local release = block()
  messages = {}
  vim.cmd('LucarneAttribute')
  vim.wait(50)
  vim.api.nvim_buf_set_lines(buffer, 6, 7, false, { 'Does the image show Peru?' })
  idle()
  assert(said('changed'), vim.inspect(messages))
  assert(#marks(buffer) == 0, 'nothing is coloured')
  release()
end)

test('marks what is wrong with the front matter', function()
  local buffer = edit('---\n# a comment\ntemplte: none\n---\n@user\nIs there a fish?')
  wait('the diagnostics', function() return #vim.diagnostic.get(buffer) == 1 end)
  local found = vim.diagnostic.get(buffer)[1]
  assert(found.lnum == 2 and found.col == 0, vim.inspect(found))
  assert(found.message:find('templte', 1, true), found.message)
  vim.cmd('LucarneGenerate')
  idle()
  if found.severity == vim.diagnostic.severity.ERROR then
    assert(said('line 3'), vim.inspect(messages))
  end
  vim.api.nvim_buf_set_lines(buffer, 2, 3, false, { 'template: none' })
  wait('no diagnostics', function() return #vim.diagnostic.get(buffer) == 0 end)
end)

test('tells an image that is not there', function()
  local buffer = edit('---\nimages:\n  gone: gone.png\n---\n@user\n![gone]\nIs there a fish?')
  vim.cmd('LucarneGenerate')
  idle()
  assert(said('gone'), vim.inspect(messages))
  assert(vim.api.nvim_buf_is_valid(buffer))
end)

test("tells the process' death; the next command starts it again", function()
  edit(QUESTION)
  vim.cmd('LucarneGenerate')
  idle()
  local first = pid()
  vim.loop.kill(first, 9)
  wait('the end', function() return said('lucarne ended (signal 9)') end)
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { '' })
  vim.wait(200)
  assert(#vim.api.nvim_get_proc_children(vim.fn.getpid()) == 0, 'an edit starts no dead program')
  vim.cmd('LucarneGenerate')
  idle()
  assert(pid() ~= first and report():find('Yes', 1, true), report())
  local release = block()
  assert(release)
  messages = {}
  vim.cmd('LucarneAttribute')
  vim.loop.kill(pid(), 9)
  idle()
  assert(said('lucarne ended (signal 9)') and #messages == 1, vim.inspect(messages))
  vim.cmd('LucarneStatus')
  idle()
  assert(report():find('lucarne: ok', 1, true), report())
end)

test('says so where the program is missing', function()
  local cmd = lucarne.config.cmd
  local viewer = lucarne.config.viewer
  lucarne.setup({ cmd = { 'lucarne-is-not-here', 'serve' }, check = false, viewer = viewer })
  edit(QUESTION)
  vim.cmd('LucarneGenerate')
  assert(said('lucarne-is-not-here is not to be found'), vim.inspect(messages))
  lucarne.setup({ cmd = cmd, check = 50, viewer = viewer })
end)

test('closes the contexts of texts that are gone', function()
  vim.cmd('silent! %bwipeout!')
  local buffer = edit(QUESTION)
  for count = 1, 4 do
    vim.api.nvim_buf_set_lines(buffer, 6, 7, false, { 'Is there a house? ' .. count })
    vim.wait(10)
    vim.cmd('LucarneGenerate')
    idle()
  end
  assert(#ask('kernel/status', {}).contexts == 1, vim.inspect(ask('kernel/status', {}).contexts))
  vim.cmd('bwipeout!')
  wait('the context', function() return #ask('kernel/status', {}).contexts == 0 end)
end)

-- Whoever started the editor sees that the kernel ends with it.
edit(QUESTION)
vim.cmd('LucarneGenerate')
idle()
local file = assert(io.open(folder .. '/pid', 'w'))
file:write(tostring(pid()))
file:close()
if os.getenv('LUCARNE_STAY') then vim.wait(60000, function() return false end) end
vim.cmd(failures == 0 and 'qa!' or 'cquit!')

end)

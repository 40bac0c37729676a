-- Lucarne's commands on prompt files (*.lucarne).

local answer = require('lucarne.answer')
local arguments = require('lucarne.arguments')
local heat = require('lucarne.heat')
local kernel = require('lucarne.kernel')
local picture = require('lucarne.picture')
local prompt = require('lucarne.prompt')
local question = require('lucarne.question')
local report = require('lucarne.report')
local tasks = require('lucarne.task')
local window = require('lucarne.window')

local M = {}

local defaults = {
  -- The kernel's command line.
  cmd = { 'lucarne', 'serve' },
  -- The longest answer, in tokens.
  max_tokens = 256,
  -- Features in the float, and scores behind a line.
  features = 10,
  marks = 4,
  -- What shows a picture: a function or a command line that the file's path is added to; false for none.
  viewer = nil,
  -- How long the text must rest before the front matter is checked, in ms; false for never.
  check = 300,
}

M.config = vim.deepcopy(defaults)
M.progress = ''

local STALE = 'the text has changed since; ask again'
local attached = {}
local timers = {}
local toldMissing = false

local function tell(text, level) vim.notify('Lucarne: ' .. text, level or vim.log.levels.INFO) end

local function showProgress(text)
  M.progress = text
  vim.api.nvim_echo({ { text == '' and '' or 'Lucarne: ' .. text } }, false, {})
  vim.cmd('redrawstatus')
end

-- For a status line: what runs.
function M.status() return M.progress end

-- Sets options. A change of the program ends the one that runs; the next command starts the new one.
function M.setup(options)
  local before = M.config.cmd
  M.config = vim.tbl_extend('force', vim.deepcopy(defaults), options or {})
  if not vim.deep_equal(before, M.config.cmd) then kernel.close() end
  toldMissing = false
end

local function onProgress(task, value)
  if value.kind == 'end' then
    showProgress('')
  else
    task.title = value.title or task.title
    local percentage = value.percentage and (' %d %%'):format(value.percentage) or ''
    showProgress(('%s%s %s'):format(task.title or task.name, percentage, value.message or ''))
  end
end

local function onEnd(failure)
  if next(tasks.running) == nil then showProgress('') end
  if not failure then return end
  if type(failure) == 'table' and failure.why then
    tell(failure.why)
  elseif kernel.isCancelled(failure) then
    tell('cancelled')
  else
    local text = type(failure) == 'table' and failure.message or tostring(failure)
    local hint = type(failure) == 'table' and type(failure.data) == 'table' and failure.data.hint
    tell(text .. (hint and ' (' .. hint .. ')' or ''), vim.log.levels.ERROR)
  end
end

-- Runs a command's body for the current prompt, one command a buffer at a time.
local function run(name, body)
  local buffer = vim.api.nvim_get_current_buf()
  if not attached[buffer] and vim.bo[buffer].filetype == 'lucarne-report' then
    buffer = M.last
  end
  if not buffer or not attached[buffer] then
    return tell('this is not a prompt file (*.lucarne)', vim.log.levels.ERROR)
  end
  local started, why = kernel.ensure(M.config.cmd)
  if not started then return tell(why, vim.log.levels.ERROR) end
  tasks.stop('another command was given', buffer)
  M.last = buffer
  showProgress(name .. ' …')
  tasks.run({ buffer = buffer, name = name, onEnd = onEnd, onProgress = onProgress }, body)
end

-- Arguments are read before anything is asked.
local function parsed(parse, text)
  local ok, result = pcall(parse, text)
  if ok then return result end
  tell(result, vim.log.levels.ERROR)
end

function M.generate(options)
  run('generate', function(task)
    local opened = prompt.open(task)
    local written = ''
    local result = task:ask('context/generate', {
      context = opened.context, version = opened.version, maxTokens = M.config.max_tokens,
    }, function(value)
      for _, token in ipairs(value.tokens) do written = written .. token.text end
      window.show(report.new('answer …'):add(written))
    end)
    local title = result.finish == 'length' and 'answer (cut off)' or 'answer'
    window.show(report.new(title):add(result.text))
    if options.bang then answer.insert(task.buffer, result.text) end
  end)
end

local function labels(task, items)
  local found = {}
  for _, item in ipairs(items) do
    found[item.feature.index] = report.label(task:ask('feature/info', { feature = item.feature, topK = 8 }))
  end
  return found
end

function M.attribute(options)
  local given = parsed(arguments.split, options.args)
  if not given then return end
  run('attribute', function(task)
    local opened = prompt.open(task)
    local sae = prompt.sae(opened)
    local pair = question.pair(task, opened, given)
    local function params(more)
      return vim.tbl_extend('error', {
        context = opened.context, version = opened.version, sae = sae, target = pair.wire,
      }, more)
    end
    local byToken = task:ask('attribution/compute', params({
      aggregate = 'token', topK = opened.tokenCount, render = { image = 'smooth' },
      parts = { method = 'none' }, verify = 0,
    }))
    local scores = {}
    for _, item in ipairs(byToken.items) do scores[item.position] = item.score end
    heat.show(task.buffer, opened.tokens, scores, M.config)
    local byFeature = task:ask('attribution/compute', params({
      aggregate = 'feature', topK = M.config.features,
    }))
    heat.show(task.buffer, opened.tokens, scores, M.config,
      heat.places(task.buffer, opened, byFeature.byPart))
    window.show(report.attribution({ byFeature = byFeature, labels = labels(task, byFeature.items) }))
    for _, rendering in ipairs(byToken.renderings or {}) do
      if rendering.mimeType == 'image/png' then picture.show(rendering, M.config.viewer, tell) end
    end
  end)
end

function M.steer(options)
  local given = parsed(arguments.clamps, options.args)
  if not given then return end
  run('steer', function(task)
    local opened = prompt.open(task)
    local clamps = #given > 0 and given or opened.front.steer or {}
    if #clamps == 0 then error('nothing to steer: LucarneSteer 123=50, or steer: in the front matter', 0) end
    local sae = prompt.sae(opened)
    window.show(report.steering(task:ask('steering/generate', {
      context = opened.context, version = opened.version, sae = sae,
      interventions = question.interventions(sae, clamps), maxTokens = M.config.max_tokens, compareWith = { 'plain' },
    }), clamps))
  end)
end

function M.explain(options)
  local given = parsed(arguments.features, options.args)
  if not given then return end
  local index, at = given[1], nil
  if not index then index, at = question.underCursor() end
  run('explain', function(task)
    local opened = prompt.open(task)
    local sae = prompt.sae(opened)
    local feature = { sae = sae, index = question.feature(task, opened, sae, index, at) }
    local info = task:ask('feature/info', { feature = feature })
    local ok, examples = pcall(task.ask, task, 'feature/examples', { feature = feature, topK = 5 })
    if task.why then error(examples, 0) end
    window.show(report.feature(feature.index, info, ok and examples or nil))
    -- Texts are no pictures.
    if options.bang and not (ok and examples.view == 'text') then
      local drawn = task:ask('feature/render', {
        feature = feature, view = ok and examples.view or nil, montage = { background = vim.o.background },
      })
      for _, rendering in ipairs(drawn.renderings) do
        if rendering.mimeType == 'image/png' then
          picture.show({ name = 'feature ' .. feature.index, base64 = rendering.base64 }, M.config.viewer, tell)
        end
      end
    end
  end)
end

function M.ablate(options)
  local given = parsed(arguments.features, options.args)
  if not given then return end
  local index, at
  if #given == 0 then index, at = question.underCursor() end
  run('ablate', function(task)
    local opened = prompt.open(task)
    local sae = prompt.sae(opened)
    local features = #given > 0 and given or { question.feature(task, opened, sae, index, at) }
    local pair = question.pair(task, opened, {})
    window.show(report.ablation(task:ask('ablation/run', {
      context = opened.context, version = opened.version, sae = sae, targets = { pair.wire },
      interventions = vim.tbl_map(function(latent)
        return { op = 'zero', feature = { sae = sae, index = latent } }
      end, features),
    }), pair, features))
  end)
end

function M.stop()
  if tasks.stop('stopped') == 0 then tell('nothing runs') end
end

function M.kernel_status()
  local started, why = kernel.ensure(M.config.cmd)
  if not started then return tell(why, vim.log.levels.ERROR) end
  tasks.run({ name = 'status', onEnd = onEnd }, function(task)
    window.show(report.status(task:ask('kernel/status', {}), kernel.pid))
  end)
end

function M.clear()
  heat.clear(vim.api.nvim_get_current_buf())
  window.close()
end

-- Asks what is wrong with the text.
local function check(buffer)
  if not vim.api.nvim_buf_is_valid(buffer) or not vim.api.nvim_buf_is_loaded(buffer) then return end
  -- What has died is started again by commands alone, lest it die with every letter that is typed.
  if kernel.died then return end
  local started, why = kernel.ensure(M.config.cmd)
  if not started then
    if not toldMissing then tell(why, vim.log.levels.WARN) end
    toldMissing = true
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(buffer)
  local params, row = prompt.params(buffer)
  if not params then return prompt.diagnose(buffer, { prompt.unreadable(row) }) end
  kernel.request('prompt/check', params, function(err, result)
    if err or not vim.api.nvim_buf_is_valid(buffer) then return end
    if vim.api.nvim_buf_get_changedtick(buffer) == tick then prompt.diagnose(buffer, result.diagnostics) end
  end)
end

local function checkSoon(buffer, wait)
  if not M.config.check then return end
  if timers[buffer] then vim.fn.timer_stop(timers[buffer]) end
  timers[buffer] = vim.fn.timer_start(wait, function()
    timers[buffer] = nil
    check(buffer)
  end)
end

local function changed(buffer)
  tasks.stop(STALE, buffer)
  heat.clear(buffer)
  checkSoon(buffer, M.config.check or 0)
end

-- Makes a buffer a prompt: watched for changes, checked.
function M.attach(buffer)
  if attached[buffer] then return end
  attached[buffer] = true
  heat.define()
  local function forget()
    attached[buffer] = nil
    tasks.stop('the buffer was closed', buffer)
    heat.clear(buffer)
    prompt.release(buffer)
  end
  vim.api.nvim_buf_attach(buffer, false, {
    on_lines = function()
      if not attached[buffer] then return true end
      -- The buffer must not be changed from here.
      vim.schedule(function() if attached[buffer] then changed(buffer) end end)
    end,
    on_reload = function() vim.schedule(function() if attached[buffer] then changed(buffer) end end) end,
    on_detach = function() vim.schedule(forget) end,
  })
  checkSoon(buffer, 0)
end

kernel.onExit(function(message)
  -- Commands at work tell it themselves.
  if next(tasks.running) == nil then tell(message .. '; the next command starts it again', vim.log.levels.WARN) end
end)

local group = vim.api.nvim_create_augroup('lucarne', { clear = true })
vim.api.nvim_create_autocmd('VimLeavePre', { group = group, callback = kernel.close })
vim.api.nvim_create_autocmd('ColorScheme', { group = group, callback = heat.repaint })
vim.api.nvim_create_autocmd('OptionSet', { group = group, pattern = 'background', callback = heat.repaint })

return M

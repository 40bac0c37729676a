-- What commands ask about: a pair of tokens, features, clamps.

local prompt = require('lucarne.prompt')
local window = require('lucarne.window')

local M = {}

-- Clamps as the kernel takes them.
function M.interventions(sae, clamps)
  return vim.tbl_map(function(clamp)
    return { op = 'clamp', feature = { sae = sae, index = clamp.index }, value = clamp.value, generated = true }
  end, clamps)
end

-- Whether a token is only another spelling of a text.
local function spells(token, text) return text ~= nil and vim.trim(token):lower() == vim.trim(text):lower() end

-- The pair that is compared: as given, as the front matter has it, or the model's own answer and its runner-up, the
-- likeliest token that does not spell the answer.
function M.pair(task, opened, given)
  local front = opened.front
  local answer, baseline = given[1] or front.answer, given[2] or front.baseline
  local function spec(text) return { text = text } end
  local pair = { answer = answer, baseline = baseline }
  local answerSpec, baselineSpec = answer and spec(answer), baseline and spec(baseline)
  if not (answer and baseline) then
    local best = task:ask('context/logits', { context = opened.context, topK = 32 }).items
    for _, item in ipairs(best) do
      if not pair.answer and not spells(item.text, pair.baseline) then
        pair.answer, answerSpec = item.text, { id = item.token }
      elseif not pair.baseline and not spells(item.text, pair.answer) then
        pair.baseline, baselineSpec = item.text, { id = item.token }
      end
    end
  end
  pair.wire = { kind = 'logitDiff', answer = answerSpec, baseline = baselineSpec }
  return pair
end

-- The feature that the cursor is at: of a report's line, of a line under `steer:`, or else nil and the place.
function M.underCursor()
  local feature, isReport = window.feature()
  if isReport then return feature end
  local row, byte = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  local steered = line:match('^%s+(%d+)%s*:')
  if steered then return tonumber(steered) end
  return nil, { row = row - 1, column = byte }
end

-- The token at a place of the buffer.
local function tokenAt(buffer, tokens, at)
  for _, token in ipairs(tokens) do
    local place = prompt.place(buffer, token.range)
    local begins = place[1] < at.row or (place[1] == at.row and place[2] <= at.column)
    local ends = place[3] > at.row or (place[3] == at.row and place[4] > at.column)
    if begins and ends then return token end
  end
end

-- The feature named, or the strongest one of the token at the cursor.
function M.feature(task, opened, sae, index, at)
  if index then return index end
  local token = at and tokenAt(task.buffer, opened.tokens, at)
  if not token then error('no feature here: give its number, or go to a token', 0) end
  local active = task:ask('feature/activations', {
    context = opened.context, version = opened.version, sae = sae, topK = 1,
    region = { span = { start = token.position, ['end'] = token.position + 1 } },
  }).items
  if #active == 0 then error('no feature is active at this token', 0) end
  return active[1].feature.index
end

return M

-- Results as lines to read. A report is {title, lines, features}: `features` names the feature of a line.

local M = {}

local Report = {}
Report.__index = Report

function M.new(title) return setmetatable({ title = title, lines = {}, features = {} }, Report) end

function Report:add(text, feature)
  for _, line in ipairs(vim.split(text, '\n', { plain = true })) do
    table.insert(self.lines, line)
    if feature then self.features[#self.lines] = feature end
  end
  return self
end

local function quoted(text) return vim.json.encode(text):gsub('\\/', '/') .. '' end

M.quoted = quoted

local function words(effects, count)
  local texts = {}
  for index = 1, math.min(count, #effects) do texts[index] = quoted(effects[index].text) end
  return table.concat(texts, ' ')
end

-- What a feature is called: its explanation, or else the tokens that it raises.
function M.label(info)
  if info.explanation then return info.explanation.text end
  -- Parts of letters say nothing.
  local promoted = words(vim.tbl_filter(function(effect)
    return not effect.text:find('\239\191\189', 1, true)
  end, info.logits.promoted), 3)
  return promoted ~= '' and 'raises ' .. promoted or ''
end

-- A number with its sign; what rounds to nothing has none.
local function signed(value)
  local text = ('%+.3f'):format(value)
  return (text == '+0.000' or text == '-0.000') and '0.000' or text
end

-- The exact ablations by feature.
local function ablated(result)
  local found = {}
  for _, item in ipairs(result.verification and result.verification.items or {}) do
    if item.feature then found[item.feature.index] = item.measured end
  end
  return found
end

-- The features of one side: by what was measured where it was, else by the score.
local function scores(report, name, sign, items, measured, labels)
  items = vim.tbl_filter(function(item)
    return (item.measured or measured[item.feature.index] or item.score) * sign > 0
  end, items)
  if #items == 0 then return end
  report:add('')
  report:add(('%-8s   score measured  active'):format(name))
  for _, item in ipairs(items) do
    local index = item.feature.index
    local exact = item.measured or measured[index]
    report:add(('%8d %+7.3f %8s %7.1f  %s'):format(index, item.score, exact and signed(exact) or '',
      item.activation or 0, labels[index] or ''), index)
  end
end

-- What the parts contribute, and the sums that they add up in.
local function parts(report, result)
  local line = result.identity
  if not line then return end
  report:add('')
  report:add('parts, by ' .. line.method)
  for _, part in ipairs(result.byPart) do report:add(('  %-12s %s'):format(part.part, signed(part.score))) end
  report:add(('  %-12s %s'):format('interaction', signed(line.interaction)))
  report:add(('  %-12s %s'):format('together', signed(line.features)))
  report:add(('%s = start %s, together %s, gap %s'):format(
    signed(line.target), signed(line.start), signed(line.features), signed(line.gap)))
end

-- `found` has byFeature's answer and the labels by index. The sentences are the kernel's own.
function M.attribution(found)
  local result = found.byFeature
  local doubts = result.verification and result.verification.notReliable
  local report = M.new(('%s: %s%s'):format(result.explanation.title, signed(result.target.value),
    doubts and ' (scores not reliable)' or ''))
  for _, sentence in ipairs(result.explanation.sentences) do report:add(sentence) end
  local measured = ablated(result)
  scores(report, 'supports', 1, result.items, measured, found.labels)
  scores(report, 'opposes', -1, result.items, measured, found.labels)
  parts(report, result)
  return report
end

function M.steering(result, clamps)
  local list = {}
  for _, clamp in ipairs(clamps) do table.insert(list, ('%d=%g'):format(clamp.index, clamp.value)) end
  local report = M.new('steered ' .. table.concat(list, ' '))
  for _, output in ipairs(result.outputs) do
    report:add(('%-8s %s'):format(output.name, output.text))
  end
  local receipt = result.receipt
  report:add('')
  report:add(('%d positions changed by %.2f on average'):format(receipt.positions, receipt.meanNorm))
  if receipt.dropped > 0 then report:add(('%d interventions were lost'):format(receipt.dropped)) end
  return report
end

function M.ablation(result, target, features)
  local report = M.new('without ' .. table.concat(features, ' '))
  local values = result.targets[1]
  report:add(('%s against %s: %+.3f, without %+.3f (KL %.3f)'):format(
    quoted(target.answer), quoted(target.baseline), values.before, values.after, result.kl))
  report:add('')
  report:add('token                before   after')
  for _, change in ipairs(result.topChanges) do
    report:add(('%-18s %7.2f%% %6.2f%%'):format(
      quoted(change.text), change.before * 100, change.after * 100))
  end
  return report
end

local function exemplar(item)
  if not item.tokens then
    local grid = item.image.grid
    return ('%s: active at %d of %d places'):format(item.name, #item.positions, grid[1] * grid[2])
  end
  local active = {}
  for _, place in ipairs(item.positions) do active[place.position] = true end
  local text = ''
  for number, token in ipairs(item.tokens) do
    text = text .. (active[number - 1] and '«' .. token .. '»' or token)
  end
  return ('%s: %s'):format(item.name, text)
end

-- `examples` is nil where no index has any.
function M.feature(index, info, examples)
  local report = M.new('feature ' .. index)
  local explanation = info.explanation
  if explanation then
    local by = explanation.author and ' (' .. explanation.author .. ')' or ''
    local score = explanation.score and (', score %.2f'):format(explanation.score) or ''
    report:add(explanation.text .. by .. score, index)
  else
    report:add('not explained', index)
  end
  local stats = info.stats
  if stats.frequency then
    report:add(('active at %.2f%% of places, %.1f on average, %.1f at most'):format(
      stats.frequency * 100, stats.mean or 0, stats.max or 0))
  end
  report:add('raises   ' .. words(info.logits.promoted, 8))
  report:add('lowers   ' .. words(info.logits.suppressed, 8))
  if #info.neighbours > 0 then
    report:add('')
    report:add('neighbours')
    for place = 1, math.min(5, #info.neighbours) do
      local neighbour = info.neighbours[place]
      report:add(('%7d  %.2f'):format(neighbour.feature.index, neighbour.cosine),
        neighbour.feature.index)
    end
  end
  if examples and #examples.items > 0 then
    report:add('')
    report:add('exemplars (' .. examples.view .. ')')
    for _, item in ipairs(examples.items) do report:add('  ' .. exemplar(item)) end
  end
  return report
end

function M.status(status, pid)
  local report = M.new(('lucarne: %s%s'):format(status.health, pid and ', process ' .. pid or ''))
  for _, model in ipairs(status.models) do
    report:add(('model    %s: %s, %s'):format(model.model, model.architecture, model.path))
  end
  for _, sae in ipairs(status.saes) do
    report:add(('features %s: %d at %s, %s'):format(sae.sae, sae.latents, sae.site, sae.path))
  end
  for _, context in ipairs(status.contexts) do
    report:add(('context  %s: %d tokens'):format(context.context, context.tokenCount))
  end
  report:add(('queue    %s, %d waiting'):format(status.queue.running or 'idle', status.queue.waiting))
  report:add(('memory   %d of %d MiB'):format(
    math.ceil(status.memory.used / 2 ^ 20), math.floor(status.memory.limit / 2 ^ 20)))
  return report
end

return M

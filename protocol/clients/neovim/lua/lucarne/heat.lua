-- Scores of tokens as a diverging heat map: red supports the answer, blue opposes it, four steps each.

local prompt = require('lucarne.prompt')

local M = {}

local namespace = vim.api.nvim_create_namespace('lucarne.heat')
M.namespace = namespace
M.steps = 4
-- What is weaker than this share of the strongest token is left uncoloured.
M.least = 0.05

-- {background, foreground, background in 256 colours, foreground there}
local palettes = {
  light = {
    Supports = {
      { '#fddbc7', '#000000', 224, 16 }, { '#f4a582', '#000000', 216, 16 },
      { '#d6604d', '#000000', 167, 16 }, { '#b2182b', '#ffffff', 124, 231 },
    },
    Opposes = {
      { '#d1e5f0', '#000000', 189, 16 }, { '#92c5de', '#000000', 116, 16 },
      { '#4393c3', '#000000', 68, 16 }, { '#2166ac', '#ffffff', 25, 231 },
    },
  },
  dark = {
    Supports = {
      { '#45211b', '#f2f2f2', 52, 231 }, { '#7a2a20', '#f2f2f2', 88, 231 },
      { '#a3352b', '#f2f2f2', 124, 231 }, { '#d6604d', '#000000', 167, 16 },
    },
    Opposes = {
      { '#1a2f45', '#f2f2f2', 17, 231 }, { '#1f4a73', '#f2f2f2', 24, 231 },
      { '#2a6ca6', '#f2f2f2', 25, 231 }, { '#4393c3', '#000000', 68, 16 },
    },
  },
}

-- What is shown, by buffer, so that it can be shown again in other colours.
local shown = {}

local function capitalized(word) return word:sub(1, 1):upper() .. word:sub(2) end

-- Defines LucarneLightSupports1…4, LucarneLightOpposes1…4 and the same for dark backgrounds; what a colour
-- scheme or the user has defined stays.
function M.define()
  for background, sides in pairs(palettes) do
    for side, colors in pairs(sides) do
      for step, color in ipairs(colors) do
        vim.cmd(('highlight default Lucarne%s%s%d guibg=%s guifg=%s ctermbg=%d ctermfg=%d'):format(
          capitalized(background), side, step, unpack(color)))
      end
    end
  end
  vim.cmd('highlight default link LucarneScore Comment')
end

-- The background or the colour scheme is another one.
function M.repaint()
  M.define()
  for buffer, heat in pairs(shown) do M.show(buffer, unpack(heat)) end
end

-- The step of a score against the strongest, from -4 to 4.
function M.step(score, strongest)
  if strongest <= 0 then return 0 end
  local share = math.abs(score) / strongest
  if share < M.least then return 0 end
  local step = math.min(math.ceil(share * M.steps), M.steps)
  return score < 0 and -step or step
end

function M.group(step)
  if step == 0 then return nil end
  return ('Lucarne%s%s%d'):format(
    capitalized(vim.o.background), step > 0 and 'Supports' or 'Opposes', math.abs(step))
end

-- Colours the tokens of prompt/open by the scores of their positions; `marks` more tokens, the strongest, get
-- their score as virtual text at the line's end. `parts`, {row, name, score}, are written behind their lines.
function M.show(buffer, tokens, scores, options, parts)
  M.clear(buffer)
  shown[buffer] = { tokens, scores, options, parts }
  local strongest = 0
  for _, token in ipairs(tokens) do
    strongest = math.max(strongest, math.abs(scores[token.position] or 0))
  end
  local lines = {}
  for _, token in ipairs(tokens) do
    local score = scores[token.position] or 0
    local group = M.group(M.step(score, strongest))
    local place = prompt.place(buffer, token.range)
    if group then
      vim.api.nvim_buf_set_extmark(buffer, namespace, place[1], place[2], {
        end_row = place[3], end_col = place[4], hl_group = group, priority = 150,
      })
      local line = lines[place[1]] or {}
      table.insert(line, { score = score, group = group, text = token.text })
      lines[place[1]] = line
    end
  end
  for row, marked in pairs(lines) do M.annotate(buffer, row, marked, options.marks) end
  M.showParts(buffer, parts or {})
end

-- Where the measured share of a part is written: a picture's behind its line, the template's behind the first turn's.
function M.places(buffer, opened, byPart)
  local rows, found = {}, {}
  for _, part in ipairs(opened.parts) do
    if part.image then rows[part.part] = prompt.place(buffer, part.range)[1] end
  end
  for row, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    if line:match('^@%l+$') then
      rows.template = row - 1
      break
    end
  end
  for _, part in ipairs(byPart) do
    if rows[part.part] then table.insert(found, { row = rows[part.part], name = part.part, score = part.score }) end
  end
  return found
end

function M.showParts(buffer, parts)
  local strongest = 0
  for _, part in ipairs(parts) do strongest = math.max(strongest, math.abs(part.score)) end
  for _, part in ipairs(parts) do
    vim.api.nvim_buf_set_extmark(buffer, namespace, part.row, 0, {
      virt_text = {
        { '  ', 'Normal' }, { part.name, M.group(M.step(part.score, strongest)) or 'LucarneScore' },
        { (' %+.2f ablated'):format(part.score), 'LucarneScore' },
      },
      virt_text_pos = 'eol', hl_mode = 'combine',
    })
  end
end

-- The strongest tokens of a line, behind it.
function M.annotate(buffer, row, marked, count)
  table.sort(marked, function(one, other) return math.abs(one.score) > math.abs(other.score) end)
  local chunks = {}
  for index = 1, math.min(count, #marked) do
    local mark = marked[index]
    table.insert(chunks, { '  ', 'Normal' })
    table.insert(chunks, { vim.trim(mark.text), mark.group })
    table.insert(chunks, { (' %+.2f'):format(mark.score), 'LucarneScore' })
  end
  if #chunks > 0 then
    vim.api.nvim_buf_set_extmark(buffer, namespace, row, 0, {
      virt_text = chunks, virt_text_pos = 'eol', hl_mode = 'combine',
    })
  end
end

function M.clear(buffer)
  shown[buffer] = nil
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  end
end

return M

-- A buffer as a prompt: its text, what the kernel says about it, and where the kernel's ranges lie in it.

local kernel = require('lucarne.kernel')

local M = {}

local namespace = vim.api.nvim_create_namespace('lucarne.diagnostics')

-- The open contexts, by buffer: {context, generation}. Buffers of equal text share one.
local open = {}

local letters = {
  '^[\194-\223][\128-\191]()', '^\224[\160-\191][\128-\191]()', '^[\225-\236\238\239][\128-\191][\128-\191]()',
  '^\237[\128-\159][\128-\191]()', '^\240[\144-\191][\128-\191][\128-\191]()',
  '^[\241-\243][\128-\191][\128-\191][\128-\191]()', '^\244[\128-\143][\128-\191][\128-\191]()',
}

local function isText(line)
  local at = line:find('[\128-\255]')
  while at do
    local after
    for _, letter in ipairs(letters) do after = after or line:match(letter, at) end
    if not after then return false end
    at = line:find('[\128-\255]', after)
  end
  return true
end

-- What the kernel is asked about a buffer; or nil and the row of a line that is not UTF-8.
function M.params(buffer)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  for row, line in ipairs(lines) do
    if not isText(line) then return nil, row - 1 end
  end
  if vim.bo[buffer].endofline then table.insert(lines, '') end
  local name = vim.api.nvim_buf_get_name(buffer)
  return {
    text = table.concat(lines, '\n'),
    directory = name == '' and vim.fn.getcwd() or vim.fn.fnamemodify(name, ':p:h'),
  }
end

-- The diagnostic of a line that is not UTF-8.
function M.unreadable(row)
  return {
    range = { start = { line = row, character = 0 }, ['end'] = { line = row, character = 0 } },
    severity = 'error', message = 'the line is not UTF-8',
  }
end

-- The byte column of a UTF-16 offset, within the line's length.
local function column(line, character)
  if character <= 0 then return 0 end
  local ok, byte
  if vim.fn.has('nvim-0.11') == 1 then
    ok, byte = pcall(vim.str_byteindex, line, 'utf-16', character, false)
  else
    ok, byte = pcall(vim.str_byteindex, line, character, true)
  end
  return ok and math.min(byte, #line) or #line
end

-- {row, column, row, column} in bytes, for extmarks and diagnostics; nil where the buffer has no such place.
function M.place(buffer, range)
  local last = vim.api.nvim_buf_line_count(buffer) - 1
  local function position(point)
    local row = math.min(point.line, last)
    local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, false)[1] or ''
    return row, point.line > last and #line or column(line, point.character)
  end
  local startRow, startColumn = position(range.start)
  local endRow, endColumn = position(range['end'])
  return { startRow, startColumn, endRow, endColumn }
end

function M.diagnose(buffer, diagnostics)
  if not vim.api.nvim_buf_is_valid(buffer) then return end
  local severities = { error = vim.diagnostic.severity.ERROR, warning = vim.diagnostic.severity.WARN }
  vim.diagnostic.set(namespace, buffer, vim.tbl_map(function(diagnostic)
    local place = M.place(buffer, diagnostic.range)
    return {
      lnum = place[1], col = place[2], end_lnum = place[3], end_col = place[4],
      severity = severities[diagnostic.severity] or vim.diagnostic.severity.INFO,
      message = diagnostic.message, source = 'lucarne',
    }
  end, diagnostics or {}))
end

local function release(buffer)
  local held = open[buffer]
  open[buffer] = nil
  if not held or held.generation ~= kernel.generation then return end
  for _, other in pairs(open) do
    if other.context == held.context and other.generation == held.generation then return end
  end
  if kernel.running() then
    kernel.request('context/close', { context = held.context }, function() end)
  end
end

-- Forgets a buffer that is gone.
M.release = release

-- Opens the buffer's text in the kernel, within a task. Raises where the file has errors.
function M.open(task)
  local buffer = task.buffer
  local params, row = M.params(buffer)
  local result = params and task:ask('prompt/open', params) or { diagnostics = { M.unreadable(row) } }
  M.diagnose(buffer, result.diagnostics)
  if not result.context then
    local first = (result.diagnostics or {})[1]
    error(first and ('line %d: %s'):format(first.range.start.line + 1, first.message)
      or 'the file is not a prompt', 0)
  end
  local held = open[buffer]
  if not held or held.context ~= result.context or held.generation ~= kernel.generation then
    -- After the new one, so that it could take over what the two have in common.
    release(buffer)
    open[buffer] = { context = result.context, generation = kernel.generation }
  end
  return result
end

-- The name of the autoencoder that an opened prompt is asked about.
function M.sae(opened)
  if not opened.sae then error('no autoencoder is loaded: name one in the front matter (sae: …)', 0) end
  return opened.sae
end

return M

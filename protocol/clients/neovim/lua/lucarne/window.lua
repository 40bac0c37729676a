-- One float for reports, in the corner, which leaves the cursor where it is. q closes it, Enter explains the
-- feature of its line.

local M = {}

local window, buffer = nil, nil
local features = {}

local function close()
  if window and vim.api.nvim_win_is_valid(window) then vim.api.nvim_win_close(window, true) end
  window = nil
end

M.close = close

local function makeBuffer()
  if buffer and vim.api.nvim_buf_is_valid(buffer) then return end
  buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = 'hide'
  vim.bo[buffer].filetype = 'lucarne-report'
  vim.keymap.set('n', 'q', close, { buffer = buffer, desc = 'Close the report' })
  vim.keymap.set('n', '<CR>', function() vim.cmd('LucarneExplain') end,
    { buffer = buffer, desc = "Explain the line's feature" })
end

local function configuration(lines)
  local width, rows = 24, 0
  local widest = math.max(24, math.floor(vim.o.columns * 0.6))
  for _, line in ipairs(lines) do width = math.max(width, vim.fn.strdisplaywidth(line) + 1) end
  width = math.min(width, widest)
  for _, line in ipairs(lines) do
    rows = rows + math.max(1, math.ceil(vim.fn.strdisplaywidth(line) / width))
  end
  local space = vim.o.lines - vim.o.cmdheight - 3
  return {
    relative = 'editor', anchor = 'SE', style = 'minimal', border = 'rounded', focusable = true,
    row = vim.o.lines - vim.o.cmdheight - 1, col = vim.o.columns,
    width = width, height = math.max(1, math.min(rows, space)),
  }
end

-- Shows a report in place of the last one.
function M.show(report)
  makeBuffer()
  local lines = vim.list_extend({ report.title }, report.lines)
  features = {}
  for line, feature in pairs(report.features) do features[line + 1] = feature end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.api.nvim_buf_add_highlight(buffer, -1, 'Title', 0, 0, -1)
  if window and vim.api.nvim_win_is_valid(window) then
    vim.api.nvim_win_set_config(window, configuration(lines))
    vim.api.nvim_win_set_cursor(window, { 1, 0 })
  else
    window = vim.api.nvim_open_win(buffer, false, configuration(lines))
    vim.wo[window].wrap = true
    vim.wo[window].linebreak = true
    -- The default colours of floats hide titles.
    vim.wo[window].winhighlight = 'NormalFloat:Normal,FloatBorder:Comment'
  end
end

-- The feature of the line under the cursor, where the report is the current buffer.
function M.feature()
  if vim.api.nvim_get_current_buf() ~= buffer then return nil, false end
  return features[vim.api.nvim_win_get_cursor(0)[1]], true
end

function M.lines()
  return buffer and vim.api.nvim_buf_is_valid(buffer)
      and vim.api.nvim_buf_get_lines(buffer, 0, -1, false) or {}
end

return M

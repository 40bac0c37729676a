-- Answers that become a part of the file.

local M = {}

-- The role of the last turn, nil where there is none; the kernel reads it the same way.
local function lastRole(buffer)
  local last
  for _, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local role = line:match('^@(%l+)$')
    if role == 'system' or role == 'user' or role == 'assistant' then last = role end
  end
  return last
end

-- Adds an answer to the buffer as the assistant's turn, behind what the file has begun of it; what the file would
-- read as a turn or an image is written as text.
function M.insert(buffer, text)
  local lines = vim.split(text, '\n', { plain = true })
  for number, line in ipairs(lines) do
    line = line:gsub('!%[[%w_-]+%]', '!%0')
    lines[number] = vim.startswith(line, '@') and '@' .. line or line
  end
  local count = vim.api.nvim_buf_line_count(buffer)
  local row = count
  while row > 0 and vim.trim(vim.api.nvim_buf_get_lines(buffer, row - 1, row, false)[1]) == '' do
    row = row - 1
  end
  if lastRole(buffer) == 'assistant' then
    local line = vim.api.nvim_buf_get_lines(buffer, row - 1, row, false)[1] or ''
    if line ~= '@assistant' then
      -- The answer goes on where the file's own beginning of it ends.
      lines[1] = line .. lines[1]:gsub('^@@', '@')
      row = row - 1
    end
  else
    table.insert(lines, 1, '@assistant')
  end
  vim.api.nvim_buf_set_lines(buffer, row, count, false, lines)
end

return M

-- What stands behind a command: words, and JSON strings where a word has spaces or quotes.

local M = {}

function M.split(text)
  local words, rest = {}, vim.trim(text or '')
  while rest ~= '' do
    local word, after
    if rest:sub(1, 1) == '"' then
      local close = 2
      while close <= #rest and rest:sub(close, close) ~= '"' do
        close = close + (rest:sub(close, close) == '\\' and 2 or 1)
      end
      local ok
      ok, word = pcall(vim.json.decode, '[' .. rest:sub(1, close) .. ']')
      if not ok then error('a string is not closed or no JSON: ' .. rest, 0) end
      word, after = word[1], rest:sub(close + 1)
    else
      word, after = rest:match('^(%S+)(.*)$')
    end
    table.insert(words, word)
    rest = vim.trim(after)
  end
  return words
end

local function latent(text)
  local number = text:match('^%d+$') and tonumber(text)
  if not number then error(('%s is not a feature: expected a number, such as 123'):format(text), 0) end
  return number
end

-- `123=50 456=0` as [{index, value}].
function M.clamps(text)
  return vim.tbl_map(function(word)
    local index, value = word:match('^([^=]*)=(.*)$')
    value = value and tonumber(value)
    if not value then error(('%s: expected feature=value, as 123=50'):format(word), 0) end
    return { index = latent(index), value = value }
  end, M.split((text or ''):gsub('%s*=%s*', '=')))
end

-- `123 456` as indices.
function M.features(text) return vim.tbl_map(latent, M.split(text)) end

return M

-- Base64 to bytes; newer editors bring their own.

local M = {}

local values = {}
for index, letter in ipairs(vim.fn.split(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', '\\zs')) do
  values[letter:byte()] = index - 1
end

local function decode(text)
  local bytes, bits, count = {}, 0, 0
  for index = 1, #text do
    local value = values[text:byte(index)]
    if value then
      bits, count = bits * 64 + value, count + 6
      if count >= 8 then
        count = count - 8
        local byte = math.floor(bits / 2 ^ count)
        bits = bits - byte * 2 ^ count
        bytes[#bytes + 1] = string.char(byte)
      end
    end
  end
  return table.concat(bytes)
end

M.decode = vim.base64 and vim.base64.decode or decode

return M

-- Pictures, which are shown by another program.

local M = {}

-- Writes the PNG of a rendering to a file and shows it: with `viewer`, a function of the path or a command line;
-- nil for the system's, false for none. `tell` gets a sentence where there is none to be found.
function M.show(rendering, viewer, tell)
  local folder = vim.fn.stdpath('cache') .. '/lucarne'
  vim.fn.mkdir(folder, 'p')
  local name = ('%s/%s.png'):format(folder, (rendering.name or 'picture'):gsub('[^%w-]', '-'))
  local file = assert(io.open(name, 'wb'))
  file:write(require('lucarne.base64').decode(rendering.base64))
  file:close()
  if type(viewer) == 'function' then
    viewer(name)
  elseif viewer ~= false then
    if viewer == nil and vim.ui.open then
      vim.ui.open(name)
    else
      local command = viewer or { vim.fn.has('mac') == 1 and 'open' or 'xdg-open' }
      command = vim.list_extend({}, type(command) == 'table' and command or { command })
      if vim.fn.executable(command[1]) == 1 then
        vim.fn.jobstart(vim.list_extend(command, { name }), { detach = true })
      else
        tell('the picture is ' .. name)
      end
    end
  end
end

return M

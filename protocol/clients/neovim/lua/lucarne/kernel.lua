-- The kernel's process and its requests. One process serves every buffer; it is started when first needed.

local M = {}

local rpc = vim.lsp.rpc

-- Counts the processes that were started: what a buffer knows of contexts holds for one of them alone.
M.generation = 0
M.info = nil
M.pid = nil
-- Whether the last process ended by itself.
M.died = false

local connection = nil
local pending = {}
local listeners = {}
local lastToken = 0
local told = {}

local CANCELLED = -32800

-- Who wants to know that the process ended, with a sentence, before its open requests fail.
function M.onExit(listener) table.insert(told, listener) end

local function finish(id, err, result)
  local callback = pending[id]
  pending[id] = nil
  if callback then callback(err, result) end
end

local function finishAll(message)
  local open = pending
  pending, listeners = {}, {}
  for _, callback in pairs(open) do callback({ message = message }, nil) end
end

local function ended(generation, code, signal)
  if generation ~= M.generation or not connection then return end
  local message = ('lucarne ended (%s %d)'):format(
    signal ~= 0 and 'signal' or 'exit code', signal ~= 0 and signal or code)
  connection, M.info, M.pid = nil, nil, nil
  M.died = true
  for _, listener in ipairs(told) do listener(message) end
  finishAll(message)
end

local function dispatchers(generation)
  return {
    notification = function(method, params)
      if method ~= '$/progress' or generation ~= M.generation then return end
      local listener = listeners[params.token]
      if listener then listener(params.value) end
    end,
    server_request = function(method)
      return nil, rpc.rpc_response_error(-32601, 'no such method: ' .. tostring(method))
    end,
    on_exit = function(code, signal)
      vim.schedule(function() ended(generation, code or 0, signal or 0) end)
    end,
    -- What cannot be read by the kernel is answered without an id: nothing else would end the request.
    on_error = function(_, message)
      local err = type(message) == 'table' and message.error or nil
      if err and message.id == nil then
        vim.schedule(function() finishAll(err.message or 'the kernel could not read a request') end)
      end
    end,
  }
end

local function spawn(cmd)
  if vim.fn.executable(cmd[1]) == 0 then
    return nil, ('%s is not to be found; setup{ cmd = {…} } names the program'):format(cmd[1])
  end
  M.generation = M.generation + 1
  local handlers = dispatchers(M.generation)
  local ok, started
  if vim.fn.has('nvim-0.10') == 1 then
    ok, started = pcall(rpc.start, cmd, handlers)
  else
    ok, started = pcall(rpc.start, cmd[1], vim.list_slice(cmd, 2), handlers)
  end
  if not ok or not started then
    return nil, ('%s could not be started%s'):format(cmd[1], ok and '' or ': ' .. tostring(started))
  end
  return started
end

-- Starts the process where none runs. Returns nil and why, where that fails.
function M.ensure(cmd)
  if connection then return true end
  local started, why = spawn(cmd)
  if not started then return nil, why end
  -- Later editors keep the process' number to themselves.
  connection, M.pid, M.died = started, started.pid, false
  M.request('initialize', {
    processId = vim.fn.getpid(),
    clientInfo = { name = 'neovim' },
    capabilities = vim.empty_dict(),
  }, function(_, result) M.info = result end)
  connection.notify('initialized', vim.empty_dict())
  return true
end

function M.running() return connection ~= nil end

function M.count() return vim.tbl_count(pending) end

-- Sends a request; the callback gets an error or a result, exactly once, also when the process ends.
-- `progress` gets what comes under the request's workDoneToken, `partial` its items as they are found.
-- Returns the request's id, or nil.
function M.request(method, params, callback, progress, partial)
  local tokens = {}
  local function listen(member, listener)
    if not listener then return end
    lastToken = lastToken + 1
    local token = 'nvim-' .. lastToken
    params[member], listeners[token] = token, listener
    table.insert(tokens, token)
  end
  listen('workDoneToken', progress)
  listen('partialResultToken', partial)
  local function done(err, result)
    for _, token in ipairs(tokens) do listeners[token] = nil end
    callback(err, result)
  end
  if next(params) == nil then params = vim.empty_dict() end
  local id
  local sent, number = false, nil
  if connection then
    sent, number = connection.request(method, params, function(err, result)
      finish(id, err, result)
    end, function()
      -- The answer to a cancelled request reaches no callback; by then every other has reached its own.
      vim.schedule(function() finish(id, { code = CANCELLED, message = 'cancelled' }) end)
    end)
  end
  if not sent then
    vim.schedule(function() done({ message = 'lucarne does not run' }) end)
    return nil
  end
  id = number
  pending[id] = done
  return id
end

function M.notify(method, params)
  if connection then connection.notify(method, params or vim.empty_dict()) end
end

function M.cancel(id) M.notify('$/cancelRequest', { id = id }) end

function M.isCancelled(err) return type(err) == 'table' and err.code == CANCELLED end

-- Ends the process; nobody is told.
function M.close()
  if not connection then return end
  local last = connection
  connection, M.info, M.pid = nil, nil, nil
  finishAll('lucarne was stopped')
  last.request('shutdown', vim.empty_dict(), function() end)
  last.notify('exit', vim.empty_dict())
end

return M

-- A command at work: a coroutine that asks the kernel one thing after another for one buffer. It ends when it
-- is done, fails, is stopped, or when the buffer's text is no longer the one it asked about.

local kernel = require('lucarne.kernel')

local M = {}

local Task = {}
Task.__index = Task

M.running = {}

local function step(task, ...)
  local ok, outcome = coroutine.resume(task.thread, ...)
  if coroutine.status(task.thread) == 'dead' then
    M.running[task] = nil
    task.onEnd(not ok and outcome or nil)
  end
end

-- Runs `body(task)`. `onEnd` gets nil, or what it failed with: a text or an error of the protocol.
function M.run(options, body)
  local task = setmetatable({
    buffer = options.buffer,
    name = options.name,
    onEnd = options.onEnd,
    onProgress = options.onProgress or function() end,
    why = nil,
    id = nil,
  }, Task)
  task.thread = coroutine.create(function() body(task) end)
  M.running[task] = true
  step(task)
  return task
end

-- Asks the kernel, waits for its answer and returns it; raises its error.
function Task:ask(method, params, partial)
  local answered = false
  self.id = kernel.request(method, params, function(err, result)
    if answered then return end
    answered = true
    self.id = nil
    step(self, err, result)
  end, function(value) self.onProgress(self, value) end, partial and function(value)
    if not self.why then partial(value) end
  end)
  local err, result = coroutine.yield()
  if self.why then error({ why = self.why }, 0) end
  if err then error(err, 0) end
  return result
end

-- Ends the task with a reason; the kernel is told, and what it still answers is dropped.
function Task:stop(why)
  if self.why then return end
  self.why = why
  if self.id then kernel.cancel(self.id) end
end

-- Stops the tasks of a buffer, or all; tells how many there were.
function M.stop(why, buffer)
  local count = 0
  for task in pairs(M.running) do
    if (buffer == nil or task.buffer == buffer) and not task.why then
      task:stop(why)
      count = count + 1
    end
  end
  return count
end

return M

-- Requests the paths of a file, shuffled already, one a line: `path` or `path<TAB>etag`.
--   wrk … -s load.lua ADDRESS -- FILE loop    in turn, again and again
--   wrk … -s load.lua ADDRESS -- FILE once    each path one time, then says "visited" on stderr
-- Writes one line of JSON when wrk ends; times in milliseconds.
local ffi = require("ffi")
ffi.cdef [[
typedef struct { long tv_sec; long tv_nsec; } bench_time;
int clock_gettime(int clock, bench_time *time);
]]
local time = ffi.new("bench_time")
local threads = {}
local requests, at, once = {}, 0, false

local function now_ms()
    ffi.C.clock_gettime(1, time)
    return tonumber(time.tv_sec) * 1e3 + tonumber(time.tv_nsec) / 1e6
end

function setup(thread)
    table.insert(threads, thread)
end

function init(arguments)
    once = arguments[2] == "once"
    for line in io.lines(arguments[1]) do
        local path, etag = line:match("^([^\t]+)\t?(.*)$")
        local headers = {["Accept-Encoding"] = "gzip"}
        if etag ~= "" then headers["If-None-Match"] = etag end
        table.insert(requests, wrk.format("GET", path, headers))
    end
    started_ms, elapsed_ms = 0, 0
end

function request()
    if at == 0 and started_ms == 0 then started_ms = now_ms() end
    if at == #requests then
        if once and elapsed_ms == 0 then
            elapsed_ms = now_ms() - started_ms
            io.stderr:write("visited\n")
            io.stderr:flush()
            wrk.thread:stop()
        end
        at = 0
    end
    at = at + 1
    return requests[at]
end

function done(summary, latency)
    local elapsed = threads[1]:get("elapsed_ms")
    if elapsed == 0 then elapsed = summary.duration / 1e3 end
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "elapsed_ms": %.3f, "bytes": %d, "refused": %d, "broken": %d,'
            .. ' "p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f}\n',
        summary.requests, elapsed, summary.bytes, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end

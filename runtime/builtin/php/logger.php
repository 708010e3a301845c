<?php

namespace Fcemu;

/** The global fcLogger: 2020-07-08T19:54:44Z <request id> [ERROR] message, in UTC. */
class Logger
{
    const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

    public $requestId = '';

    public function __call(string $level, array $arguments)
    {
        $level = ['warn' => 'warning', 'err' => 'error', 'crit' => 'critical', 'emerg' => 'emergency'][$level] ?? $level;
        if (!in_array($level, self::LEVELS, true)) {
            throw new \BadMethodCallException("fcLogger has no method $level");
        }
        $this->log($level, ...$arguments);
    }

    public function log($level, $message, array $context = []): void
    {
        fwrite(\STDOUT, gmdate('Y-m-d\TH:i:s\Z') . " {$this->requestId} [" . strtoupper((string) $level) . "] $message\n");
    }
}

<?php

namespace Fcemu;

/** Finds the functions that handler strings name, and calls them. */
class Handlers
{
    private $setup;
    private $failed = []; // why a file could not be loaded, which PHP tells only once

    public function __construct(Setup $setup)
    {
        $this->setup = $setup;
    }

    public function call(array $call): string
    {
        $function = $this->find($this->setup->handlers[$call['hook']]);
        if ($call['hook'] !== 0) {
            $function($call['context']);
            return '';
        }
        if ($call['request'] !== null) {
            return answered($function(requested($call['request'], $call['event']), $call['context']));
        }
        return self::encode($function($call['event'], $call['context']));
    }

    /** The last dot parts the file from the function; other dots are folders. */
    private function find(string $handler): string
    {
        $dot = strrpos($handler, '.');
        if (!$dot || $dot === strlen($handler) - 1) {
            throw new BareFailure("Invalid handler '$handler'");
        }
        $file = str_replace('.', '/', substr($handler, 0, $dot)) . '.php';
        if (!is_file($this->setup->code . '/' . $file)) {
            throw new BareFailure("Module '/code/$file' is missing.");
        }
        try {
            load($this->setup->code . '/' . $file);
        } catch (\Throwable $error) {
            $this->failed[$file] = $error;
            throw $error;
        }
        $function = substr($handler, $dot + 1);
        if (!function_exists($function)) {
            throw $this->failed[$file] ?? new \Exception("function $function not found");
        }
        return $function;
    }

    private static function encode($result): string
    {
        if (is_string($result)) {
            return $result;
        }
        $text = json_encode($result, JSON_UNESCAPED_UNICODE);
        if ($text === false) {
            throw new \Exception('the result has no JSON form: ' . json_last_error_msg());
        }
        return $text;
    }
}

/** Loads a file outside of any object: the function's code sees no $this. */
function load(string $file): void
{
    require_once $file;
}

<?php
// Runs the handlers of one PHP function: takes calls from descriptor 3, answers on 4; see protocol.go.
// It runs on PHP 7.1 and later.

namespace Fcemu;

require __DIR__ . '/line.php';
require __DIR__ . '/setup.php';
require __DIR__ . '/handlers.php';
require __DIR__ . '/logger.php';
require __DIR__ . '/http.php';

const SUCCEEDED = 0;
const UNHANDLED = 2; // PHP has no handled errors
const ANSWERED = 3; // by an HTTP handler
const HTTP = 4; // the kind of a request to an HTTP handler
const CREDENTIALS = 253; // the kind of a frame with newer credentials, before a call

/** A failure whose answer is bare text, as in the cloud. */
class BareFailure extends \Exception
{
}

function run(Handlers $handlers, array $call): array
{
    global $fcLogger;
    try {
        return [$call['request'] === null ? SUCCEEDED : ANSWERED, $handlers->call($call)];
    } catch (BareFailure $failure) {
        $body = $failure->getMessage();
    } catch (\Throwable $error) {
        $body = describe($error);
    }
    $fcLogger->error($body);
    return [UNHANDLED, $body];
}

function describe(\Throwable $error): string
{
    return (string) json_encode([
        'errorMessage' => shown($error->getMessage() . hint($error)),
        'errorType' => get_class($error),
        'stackTrace' => [
            'file' => shown($error->getFile()),
            'line' => $error->getLine(),
            'traceString' => shown($error->getTraceAsString()),
        ],
    ], JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE);
}

/** A path as the cloud would show it: the code folder is /code there, and this file has another place. */
function shown(string $text): string
{
    global $fcemuSetup;
    $text = str_replace([$fcemuSetup->code . '/', $fcemuSetup->realCode . '/'], '/code/', $text);
    return str_replace(__DIR__ . '/', '/var/fc/runtime/php7.2/', $text);
}

function main(): void
{
    global $fcemuSetup, $fcLogger, $fcSysLogger, $fcPhpCgiProxy;
    $line = new Line();
    $first = $line->receive();
    if ($first === null) {
        return;
    }
    $fcemuSetup = new Setup($first[1]);
    $fcSysLogger = $fcLogger = new Logger();
    offer($fcemuSetup->libraries);
    $fcPhpCgiProxy = new \ServerlessFC\PhpCgiProxy();
    $handlers = new Handlers($fcemuSetup);
    while (($frame = $line->receive()) !== null) {
        if ($frame[0] === CREDENTIALS) {
            $fcemuSetup->renew($frame[1]);
            continue;
        }
        $call = $fcemuSetup->call($frame[0], $frame[1]);
        $fcLogger->requestId = $call['requestId'];
        [$status, $payload] = run($handlers, $call);
        while (ob_get_level() > 0) { // the function's own buffers
            ob_end_flush();
        }
        flush();
        $line->reply($status, $payload);
    }
}

main();

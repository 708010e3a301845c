<?php
// The PSR-7 objects of HTTP handlers of FC 2.0, handler($request, $context), and where their classes come from.

namespace Fcemu;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use RingCentral\Psr7\ServerRequest;

/** Finds the platform's libraries behind the function's own: those that were fetched, then stand-ins. */
function offer(string $folder): void
{
    $fetched = null;
    spl_autoload_register(function (string $class) use ($folder, &$fetched) {
        if ($fetched === null && is_file("$folder/vendor/autoload.php")) {
            $fetched = require "$folder/vendor/autoload.php";
            $fetched->unregister(); // it would go before the function's own
        }
        $file = __DIR__ . '/modules/' . str_replace('\\', '/', $class) . '.php';
        if (($fetched === null || !$fetched->loadClass($class)) && is_file($file)) {
            require $file;
        }
    });
}

/** The remedy where the code needs what the platform has and the stand-ins lack. */
function hint(\Throwable $error): string
{
    $missing = $error instanceof \Error && preg_match('/(not found|undefined function).*/s', $error->getMessage());
    $ours = $missing && preg_match('/RingCentral\\\\Psr7\\\\|Psr\\\\Http\\\\/', $error->getMessage());
    return $ours ? ' (Function Compute has it on board; here run: fcemu runtime install php)' : '';
}

/** Makes the request. One parameter of the query is a string, a repeated one a list. */
function requested(array $head, string $body): ServerRequestInterface
{
    $headers = ['Host' => [$head['host']]] + $head['headersMap'] + ['Content-Type' => ['application/octet-stream']];
    $queries = array_map(function (array $values) {
        return count($values) === 1 ? $values[0] : $values;
    }, $head['queriesMap']);
    $request = new ServerRequest($head['method'], 'http://' . $head['host'] . $head['requestURI'], $headers, $body);
    return $request->withQueryParams($queries)->withAttribute('path', $head['path'])
        ->withAttribute('requestURI', $head['requestURI'])->withAttribute('clientIP', $head['clientIP']);
}

/** Packs head and body of the answer; see protocol.go. */
function answered($response): string
{
    if (!$response instanceof ResponseInterface) {
        $kind = is_object($response) ? get_class($response) : gettype($response);
        throw new \TypeError("the handler returned $kind: expected a Psr\\Http\\Message\\ResponseInterface");
    }
    $headers = $response->getHeaders();
    if (!$response->hasHeader('X-Powered-By')) {
        $headers['X-Powered-By'] = ['fc/php-runtime'];
    }
    $head = json_encode(['status' => $response->getStatusCode(), 'headersMap' => $headers]);
    if ($head === false) {
        throw new \InvalidArgumentException('a header of the answer is not UTF-8: ' . json_last_error_msg());
    }
    $body = $response->getBody();
    if ($body->isSeekable()) {
        $body->rewind();
    }
    return pack('N', strlen($head)) . $head . $body->getContents();
}

<?php

use Psr\Http\Message\ResponseInterface;
use RingCentral\Psr7\Response;

function initialize($context)
{
    $GLOBALS['ready'] = true;
}

function handler($request, $context): ResponseInterface
{
    [, $what, $which] = explode('/', $request->getAttribute('path') . '//');
    switch ($what) {
        case 'echo':
            return new Response(200, ['Content-Type' => $request->getHeader('content-type')], $request->getBody());
        case 'status':
            return new Response((int) $which, [], 'status');
        case 'headers':
            return new Response(200, ['Set-Cookie' => ['a=1', 'b=2'], 'X-One' => '1', 'Server' => 'mine', 'X-Fc-Own' => '1']);
        case 'large-headers':
            return new Response(200, ['X-Large' => str_repeat('x', 9000)]);
        case 'bad-status':
            return new Response(42);
        case 'print':
            echo "printed by the function\n";
            return new Response(200, [], 'ok');
        case 'throw':
            throw new Exception('thrown on purpose');
        case 'exit':
            exit(3);
        case 'sleep':
            sleep(60);
    }
    return new Response(200, ['Content-Type' => 'application/json'], json_encode([
        'method' => $request->getMethod(),
        'path' => $request->getAttribute('path'),
        'uri' => $request->getAttribute('requestURI'),
        'ip' => $request->getAttribute('clientIP'),
        'query' => implode('+', (array) ($request->getQueryParams()['q'] ?? [])),
        'header' => $request->hasHeader('x-test') ? $request->getHeaderLine('x-test') : null,
        'host' => $request->getHeaderLine('host'),
        'length' => strlen($request->getBody()->getContents()),
        'id' => $context['requestId'],
        'function' => $context['service']['name'] . '/' . $context['function']['name'],
        'ready' => $GLOBALS['ready'],
    ]));
}

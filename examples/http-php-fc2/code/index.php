<?php

use RingCentral\Psr7\Response;

function initialize($context)
{
    $GLOBALS['week'] = explode(',', getenv('WEEK'));
}

/** An HTTP trigger of FC 2.0 calls it with a PSR-7 request, and takes a PSR-7 response. */
function handler($request, $context): Response
{
    $path = $request->getAttribute('path');
    $GLOBALS['fcLogger']->info($request->getMethod() . ' ' . $path);
    if (!preg_match('#^/(\d{4})/(\d{1,2})$#', $path, $parts) || !checkdate((int) $parts[2], 1, (int) $parts[1])) {
        return new Response(404, ['Content-Type' => 'text/plain'], "There is no month at $path: try /2026/11\n");
    }
    $weeks = weeks(new DateTimeImmutable("$parts[1]-$parts[2]-01"));
    $response = new Response(200, ['Cache-Control' => 'max-age=3600']);
    if (($request->getQueryParams()['as'] ?? 'page') === 'json') {
        $response->getBody()->write(json_encode($weeks) . "\n");
        return $response->withHeader('Content-Type', 'application/json');
    }
    $response->getBody()->write(page($parts[0], $weeks));
    return $response->withHeader('Content-Type', 'text/html; charset=utf-8');
}

/** The days of a month in rows of seven, the first being a Monday. */
function weeks(DateTimeImmutable $first): array
{
    $before = array_fill(0, (int) $first->format('N') - 1, null);
    return array_chunk(array_merge($before, range(1, (int) $first->format('t'))), 7);
}

function page(string $title, array $weeks): string
{
    $rows = '';
    foreach (array_merge([$GLOBALS['week']], $weeks) as $week) {
        $rows .= '<tr><td>' . implode('<td>', array_map('htmlspecialchars', array_map('strval', $week))) . "\n";
    }
    return "<!doctype html>\n<title>$title</title>\n<table>\n$rows</table>\n";
}

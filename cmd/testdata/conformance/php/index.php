<?php

$initialized = 0;

function initialize($context)
{
    global $initialized;
    $initialized++;
    echo "initialize ran\n";
}

function preStop($context)
{
    echo "preStop ran\n";
}

function handler($event, $context)
{
    global $initialized, $fcLogger;
    $asked = json_decode($event, true);
    if (!is_array($asked)) {
        return $event;
    }
    switch ($asked['do'] ?? 'http') {
        case 'echo': return $event;
        case 'who': return $asked['id'] . ' ' . $context['requestId'];
        case 'facts': return facts($context);
        case 'env': return environment();
        case 'ready': return $initialized === 1 ? 'yes' : "no: $initialized";
        case 'log':
            echo "one line\n";
            fwrite(STDERR, "an error line\n");
            $fcLogger->info('a record');
            echo 'no line end';
            return 'ok';
        case 'much':
            for ($n = 0; $n < 200; $n++) {
                echo str_repeat('x', 99), "\n";
            }
            return 'ok';
        case 'throw': throw new InvalidArgumentException('thrown on purpose');
        case 'exit': exit(3);
        case 'sleep': sleep(60);
        case 'hog': hog();
    }
    return http($event, $asked['rawPath']);
}

function facts($context)
{
    $function = $context['function'];
    $service = $context['service'];
    return [
        'requestId' => $context['requestId'], 'function' => $function['name'], 'handler' => $function['handler'],
        'memory' => (string) $function['memory'], 'timeout' => (string) $function['timeout'], 'region' => $context['region'],
        'account' => $context['accountId'], 'retryCount' => (string) $context['retryCount'], 'service' => $service['name'],
        'logProject' => $service['logProject'], 'logStore' => $service['logStore'], 'qualifier' => $service['qualifier'],
        'version' => $service['versionId'], 'keys' => array_values($context['credentials']), 'cwd' => getcwd(),
    ];
}

function environment()
{
    return array_filter(getenv(), function ($name) {
        return preg_match('/^(_?FC_|ALIBABA_CLOUD_|accessKey|securityToken|GREETING)/', $name);
    }, ARRAY_FILTER_USE_KEY);
}

function hog()
{
    ini_set('memory_limit', '-1');
    for ($kept = [];;) {
        $kept[] = str_repeat('x', 8 << 20);
    }
}

function http($event, $path)
{
    switch ($path) {
        case '/throw': throw new InvalidArgumentException('thrown on purpose');
        case '/bare': return 'bare';
        case '/bytes':
            return ['statusCode' => 200, 'headers' => ['Content-Type' => 'image/png'], 'isBase64Encoded' => true,
                'body' => base64_encode(implode('', array_map('chr', range(0, 255))))];
    }
    return ['statusCode' => 201, 'headers' => ['X-Conform' => 'yes', 'Content-Type' => 'text/plain'], 'body' => $event];
}

<?php

namespace Fcemu;

/** The facts that hold for the life of the instance, in the order of the setup frame. */
class Setup
{
    private const KEY = 16; // where the credentials are in the frame

    public $code;
    public $realCode;
    public $handlers; // by hook
    public $libraries; // where the platform's libraries are fetched to, or empty
    private $fields;

    public function __construct(string $body)
    {
        $this->fields = self::strings($body);
        [, $this->code, $this->realCode] = $this->fields;
        $this->handlers = array_slice($this->fields, 3, 4);
        $this->libraries = $this->fields[20] ?? '';
    }

    /** Takes the credentials that the role has from now on. */
    public function renew(string $body): void
    {
        array_splice($this->fields, self::KEY, 3, self::strings($body));
    }

    private static function strings(string $body): array
    {
        $list = [];
        for ($at = 0; $at < strlen($body); $at += 4 + $size) {
            $size = unpack('N', $body, $at)[1];
            $list[] = substr($body, $at + 4, $size);
        }
        return $list;
    }

    /** Reads a call's frame. Of a request to an HTTP handler there is a head, and the event is its body. */
    public function call(int $kind, string $body): array
    {
        $hook = $kind === HTTP ? 0 : $kind;
        $head = unpack('Jdeadline/Nretry/Cid/Cqualifier', $body);
        $requestId = substr($body, 14, $head['id']);
        $qualifier = substr($body, 14 + $head['id'], $head['qualifier']);
        $at = 14 + $head['id'] + $head['qualifier'];
        $size = $kind === HTTP ? unpack('N', $body, $at)[1] : null;
        return [
            'hook' => $hook,
            'requestId' => $requestId,
            'request' => $size === null ? null : json_decode(substr($body, $at + 4, $size), true),
            'event' => (string) substr($body, $size === null ? $at : $at + 4 + $size),
            'context' => $this->context($hook, $requestId, $qualifier, $head['retry']),
        ];
    }

    private function context(int $hook, string $requestId, string $qualifier, int $retry): array
    {
        [$name, $memory, $timeout, $version, $service, $project, $store, $region, $account, $key, $secret, $token, $limit]
            = array_slice($this->fields, 7);
        $function = ['name' => $name, 'handler' => $this->handlers[$hook], 'memory' => (int) $memory, 'timeout' => (int) $timeout];
        if ($limit !== '') {
            $function += ['initializer' => $this->handlers[1], 'initializationTimeout' => (int) $limit];
        }
        return [
            'requestId' => $requestId,
            'credentials' => ['accessKeyId' => $key, 'accessKeySecret' => $secret, 'securityToken' => $token],
            'function' => $function,
            'service' => ['name' => $service, 'logProject' => $project, 'logStore' => $store,
                'qualifier' => $qualifier, 'versionId' => $version],
            'region' => $region,
            'accountId' => $account,
            'retryCount' => $retry,
            'tracing' => ['openTracingSpanContext' => '', 'openTracingSpanBaggages' => [], 'jaegerEndpoint' => ''],
        ];
    }
}

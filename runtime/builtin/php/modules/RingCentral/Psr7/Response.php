<?php

namespace RingCentral\Psr7;

use Psr\Http\Message\ResponseInterface;

/** A stand-in for the class of ringcentral/psr7. */
class Response implements ResponseInterface
{
    use MessageTrait;

    private $status;
    private $reason;

    public function __construct($status = 200, array $headers = [], $body = null, $version = '1.1', $reason = null)
    {
        $this->fill($headers, $body, $version);
        $this->status = (int) $status;
        $this->reason = (string) $reason;
    }

    public function getStatusCode(): int
    {
        return $this->status;
    }

    public function withStatus($code, $reasonPhrase = ''): ResponseInterface
    {
        return $this->changed('status', (int) $code)->changed('reason', (string) $reasonPhrase);
    }

    public function getReasonPhrase(): string
    {
        return $this->reason;
    }
}

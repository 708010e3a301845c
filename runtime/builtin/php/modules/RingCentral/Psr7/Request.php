<?php

namespace RingCentral\Psr7;

use Psr\Http\Message\RequestInterface;
use Psr\Http\Message\UriInterface;

/** A stand-in for the class of ringcentral/psr7. */
class Request implements RequestInterface
{
    use MessageTrait;

    private $method;
    private $uri;
    private $target;

    public function __construct($method, $uri, array $headers = [], $body = null, $version = '1.1')
    {
        $this->method = strtoupper($method);
        $this->uri = $uri instanceof UriInterface ? $uri : new Uri($uri);
        $this->fill($headers, $body, $version);
        if (!$this->hasHeader('Host') && $this->uri->getHost() !== '') {
            $this->headers['host'] = ['Host', [$this->uri->getAuthority()]];
        }
    }

    public function getRequestTarget(): string
    {
        $query = $this->uri->getQuery();
        return $this->target ?? ($this->uri->getPath() ?: '/') . ($query === '' ? '' : "?$query");
    }

    public function withRequestTarget($requestTarget): RequestInterface
    {
        return $this->changed('target', $requestTarget);
    }

    public function getMethod(): string
    {
        return $this->method;
    }

    public function withMethod($method): RequestInterface
    {
        return $this->changed('method', $method);
    }

    public function getUri(): UriInterface
    {
        return $this->uri;
    }

    public function withUri(UriInterface $uri, $preserveHost = false): RequestInterface
    {
        $copy = $this->changed('uri', $uri);
        $keep = $uri->getHost() === '' || $preserveHost && $this->hasHeader('Host');
        return $keep ? $copy : $copy->withHeader('Host', $uri->getAuthority());
    }
}

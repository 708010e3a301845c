<?php

namespace RingCentral\Psr7;

use Psr\Http\Message\ServerRequestInterface;

/** A stand-in for the class of ringcentral/psr7. */
class ServerRequest extends Request implements ServerRequestInterface
{
    private $facts = ['cookies' => [], 'query' => [], 'files' => [], 'parsed' => null, 'attributes' => []];

    public function __construct($method, $uri, array $headers = [], $body = null, $version = '1.1', array $serverParams = [])
    {
        parent::__construct($method, $uri, $headers, $body, $version);
        $this->facts['server'] = $serverParams;
    }

    private function with(string $fact, $value): ServerRequestInterface
    {
        $copy = clone $this;
        $copy->facts[$fact] = $value;
        return $copy;
    }

    public function getServerParams(): array
    {
        return $this->facts['server'];
    }

    public function getCookieParams(): array
    {
        return $this->facts['cookies'];
    }

    public function withCookieParams(array $cookies): ServerRequestInterface
    {
        return $this->with('cookies', $cookies);
    }

    public function getQueryParams(): array
    {
        return $this->facts['query'];
    }

    public function withQueryParams(array $query): ServerRequestInterface
    {
        return $this->with('query', $query);
    }

    public function getUploadedFiles(): array
    {
        return $this->facts['files'];
    }

    public function withUploadedFiles(array $uploadedFiles): ServerRequestInterface
    {
        return $this->with('files', $uploadedFiles);
    }

    public function getParsedBody()
    {
        return $this->facts['parsed'];
    }

    public function withParsedBody($data): ServerRequestInterface
    {
        return $this->with('parsed', $data);
    }

    public function getAttributes(): array
    {
        return $this->facts['attributes'];
    }

    public function getAttribute($name, $default = null)
    {
        return $this->facts['attributes'][$name] ?? $default;
    }

    public function withAttribute($name, $value): ServerRequestInterface
    {
        return $this->with('attributes', array_replace($this->facts['attributes'], [$name => $value]));
    }

    public function withoutAttribute($name): ServerRequestInterface
    {
        return $this->with('attributes', array_diff_key($this->facts['attributes'], [$name => true]));
    }
}

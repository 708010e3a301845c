<?php

namespace RingCentral\Psr7;

use Psr\Http\Message\MessageInterface;
use Psr\Http\Message\StreamInterface;

/** Protocol version, headers and body. */
trait MessageTrait
{
    private $protocol = '1.1';
    private $headers = []; // lower-case name: [name, values]
    private $stream;

    private function changed(string $property, $value): MessageInterface
    {
        $copy = clone $this;
        $copy->$property = $value;
        return $copy;
    }

    private function fill(array $headers, $body, string $version): void
    {
        foreach ($headers as $name => $value) {
            $this->headers[strtolower($name)] = [(string) $name, self::values($value)];
        }
        $this->stream = stream_for($body);
        $this->protocol = $version;
    }

    private static function values($value): array
    {
        $values = array_map('strval', array_values((array) $value));
        if (!$values || preg_grep('/[\r\n\0]/', $values)) {
            throw new \InvalidArgumentException('a header needs values, of one line each');
        }
        return $values;
    }

    public function getProtocolVersion(): string
    {
        return $this->protocol;
    }

    public function withProtocolVersion($version): MessageInterface
    {
        return $this->changed('protocol', (string) $version);
    }

    public function getHeaders(): array
    {
        return array_column($this->headers, 1, 0);
    }

    public function hasHeader($name): bool
    {
        return isset($this->headers[strtolower($name)]);
    }

    public function getHeader($name): array
    {
        return $this->headers[strtolower($name)][1] ?? [];
    }

    public function getHeaderLine($name): string
    {
        return implode(', ', $this->getHeader($name));
    }

    public function withHeader($name, $value): MessageInterface
    {
        return $this->changed('headers', array_replace($this->headers, [strtolower($name) => [$name, self::values($value)]]));
    }

    public function withAddedHeader($name, $value): MessageInterface
    {
        return $this->withHeader($name, array_merge($this->getHeader($name), self::values($value)));
    }

    public function withoutHeader($name): MessageInterface
    {
        return $this->changed('headers', array_diff_key($this->headers, [strtolower($name) => true]));
    }

    public function getBody(): StreamInterface
    {
        return $this->stream;
    }

    public function withBody(StreamInterface $body): MessageInterface
    {
        return $this->changed('stream', $body);
    }
}

/** What the package calls a body: nothing, text, a resource or a stream. */
function stream_for($resource = ''): StreamInterface
{
    if ($resource instanceof StreamInterface) {
        return $resource;
    }
    if (is_resource($resource)) {
        return new Stream($resource);
    }
    $stream = new Stream(fopen('php://temp', 'r+'));
    $stream->write((string) $resource);
    $stream->rewind();
    return $stream;
}

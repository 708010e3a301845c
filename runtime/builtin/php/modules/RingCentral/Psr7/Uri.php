<?php

namespace RingCentral\Psr7;

use Psr\Http\Message\UriInterface;

/** A stand-in for the class of ringcentral/psr7. */
class Uri implements UriInterface
{
    private $parts;

    public function __construct($uri = '')
    {
        $this->parts = parse_url((string) $uri);
        if ($this->parts === false) {
            throw new \InvalidArgumentException("Unable to parse URI: $uri");
        }
    }

    private function with(string $part, $value): UriInterface
    {
        $copy = clone $this;
        $copy->parts[$part] = $value;
        return $copy;
    }

    public function getScheme(): string
    {
        return strtolower($this->parts['scheme'] ?? '');
    }

    public function getAuthority(): string
    {
        $user = $this->getUserInfo();
        $port = $this->getPort();
        return ($user === '' ? '' : "$user@") . $this->getHost() . ($port === null ? '' : ":$port");
    }

    public function getUserInfo(): string
    {
        $password = $this->parts['pass'] ?? null;
        return ($this->parts['user'] ?? '') . ($password === null ? '' : ":$password");
    }

    public function getHost(): string
    {
        return strtolower($this->parts['host'] ?? '');
    }

    public function getPort(): ?int
    {
        $port = $this->parts['port'] ?? null;
        return $port === (['http' => 80, 'https' => 443][$this->getScheme()] ?? null) ? null : $port;
    }

    public function getPath(): string
    {
        return $this->parts['path'] ?? '';
    }

    public function getQuery(): string
    {
        return $this->parts['query'] ?? '';
    }

    public function getFragment(): string
    {
        return $this->parts['fragment'] ?? '';
    }

    public function withScheme($scheme): UriInterface
    {
        return $this->with('scheme', $scheme);
    }

    public function withUserInfo($user, $password = null): UriInterface
    {
        return $this->with('user', $user)->with('pass', $password);
    }

    public function withHost($host): UriInterface
    {
        return $this->with('host', $host);
    }

    public function withPort($port): UriInterface
    {
        return $this->with('port', $port === null ? null : (int) $port);
    }

    public function withPath($path): UriInterface
    {
        return $this->with('path', $path);
    }

    public function withQuery($query): UriInterface
    {
        return $this->with('query', $query);
    }

    public function withFragment($fragment): UriInterface
    {
        return $this->with('fragment', $fragment);
    }

    public function __toString(): string
    {
        $text = '';
        foreach (['' => $this->getScheme(), '//' => $this->getAuthority()] as $before => $part) {
            $text .= $part === '' ? '' : ($before === '' ? "$part:" : $before . $part);
        }
        $text .= $this->getPath();
        foreach (['?' => $this->getQuery(), '#' => $this->getFragment()] as $before => $part) {
            $text .= $part === '' ? '' : $before . $part;
        }
        return $text;
    }
}

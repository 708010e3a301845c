<?php

namespace RingCentral\Psr7;

use Psr\Http\Message\StreamInterface;

/** A stand-in for the class of ringcentral/psr7. */
class Stream implements StreamInterface
{
    private $file;

    public function __construct($stream)
    {
        if (!is_resource($stream)) {
            throw new \InvalidArgumentException('Stream must be a resource');
        }
        $this->file = $stream;
    }

    private function file()
    {
        if ($this->file === null) {
            throw new \RuntimeException('the stream is detached');
        }
        return $this->file;
    }

    private static function done($result)
    {
        if ($result === false || $result === -1) {
            throw new \RuntimeException('the stream does not allow this');
        }
        return $result;
    }

    public function __toString(): string
    {
        return $this->isSeekable() ? (string) stream_get_contents($this->file, -1, 0) : '';
    }

    public function close(): void
    {
        $file = $this->detach();
        if ($file !== null) {
            fclose($file);
        }
    }

    public function detach()
    {
        [$file, $this->file] = [$this->file, null];
        return $file;
    }

    public function getSize(): ?int
    {
        return $this->file === null ? null : (fstat($this->file)['size'] ?? null);
    }

    public function tell(): int
    {
        return self::done(ftell($this->file()));
    }

    public function eof(): bool
    {
        return $this->file === null || feof($this->file);
    }

    public function isSeekable(): bool
    {
        return (bool) $this->getMetadata('seekable');
    }

    public function seek($offset, $whence = SEEK_SET): void
    {
        self::done(fseek($this->file(), $offset, $whence));
    }

    public function rewind(): void
    {
        $this->seek(0);
    }

    public function isWritable(): bool
    {
        return (bool) preg_match('/[waxc+]/', (string) $this->getMetadata('mode'));
    }

    public function write($string): int
    {
        return self::done(fwrite($this->file(), $string));
    }

    public function isReadable(): bool
    {
        return (bool) preg_match('/[r+]/', (string) $this->getMetadata('mode'));
    }

    public function read($length): string
    {
        return self::done(fread($this->file(), $length));
    }

    public function getContents(): string
    {
        return self::done(stream_get_contents($this->file()));
    }

    public function getMetadata($key = null)
    {
        $facts = $this->file === null ? [] : stream_get_meta_data($this->file);
        return $key === null ? $facts : $facts[$key] ?? null;
    }
}

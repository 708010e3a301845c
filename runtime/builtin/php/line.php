<?php

namespace Fcemu;

/** The pipes to the emulator. One call is under way at a time. */
class Line
{
    private const HEAD = 9; // bytes: length, kind and number

    private $in;
    private $out;
    private $owner;
    private $number = 0; // of the call under way

    public function __construct()
    {
        $this->in = fopen('php://fd/3', 'rb');
        $this->out = fopen('php://fd/4', 'wb');
        stream_set_write_buffer($this->out, 0);
        $this->owner = getmypid();
    }

    /** Returns the kind and the body of the next frame, null at the end. */
    public function receive(): ?array
    {
        $head = $this->exactly(self::HEAD);
        if ($head === null) {
            return null;
        }
        ['size' => $size, 'kind' => $kind, 'number' => $this->number] = unpack('Nsize/Ckind/Nnumber', $head);
        $size -= self::HEAD - 4;
        $body = $size > 0 ? $this->exactly($size) : '';
        return $body === null ? null : [$kind, $body];
    }

    private function exactly(int $size): ?string
    {
        $data = '';
        while (($missing = $size - strlen($data)) > 0) {
            $part = fread($this->in, $missing);
            if ($part === false || $part === '') {
                return null;
            }
            $data .= $part;
        }
        return $data;
    }

    public function reply(int $status, string $payload): void
    {
        if (getmypid() !== $this->owner) {
            exit(0); // the handler forked, and its child came back, too: the answer is the parent's
        }
        $data = pack('NCN', self::HEAD - 4 + strlen($payload), $status, $this->number) . $payload;
        for ($sent = 0; $sent < strlen($data); $sent += $written) {
            $written = fwrite($this->out, $sent === 0 ? $data : substr($data, $sent));
            if ($written === false || $written === 0) {
                exit(1); // the emulator is gone
            }
        }
    }
}

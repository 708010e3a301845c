<?php

namespace Psr\Http\Message;

/** PSR-7, where the function brings none. */
interface ResponseInterface extends MessageInterface
{
    public function getStatusCode();
    public function withStatus($code, $reasonPhrase = '');
    public function getReasonPhrase();
}

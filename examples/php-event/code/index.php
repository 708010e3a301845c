<?php

// Counts the words of a text.

function initialize($context)
{
    $top = getenv('TOP');
    $GLOBALS['top'] = $top === false ? 3 : (int) $top;
}

function handler($event, $context)
{
    $input = json_decode($event, true);
    if (!isset($input['text'])) {
        throw new InvalidArgumentException('the event needs a text');
    }
    $GLOBALS['fcLogger']->info(strlen($input['text']) . ' bytes for ' . $context['requestId']);
    $words = array_count_values(str_word_count(strtolower($input['text']), 1));
    arsort($words);
    return array_slice($words, 0, $GLOBALS['top']);
}

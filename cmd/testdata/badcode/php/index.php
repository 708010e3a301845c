<?php

function handler($event, $context)
{
    if ($event !== 'fine') {
        $result = $event();
        if ($result !== null) {
            return $result;
        }
    }
    return 'fine';
}

function printMuch()
{
    $line = str_repeat('x', 1023) . "\n";
    for ($n = 0; $n < 100 * 1024; $n++) {
        echo $line;
    }
}

function closeStdout()
{
    fclose(STDOUT);
    fclose(STDERR);
    echo str_repeat('x', 100000);
}

function leaveBuffer()
{
    ob_start();
    echo "buffered\n";
}

function answerAnotherCall()
{
    file_put_contents('php://fd/4', "\0\0\0\x07\0\xff\xff\xff\xffno");
}

function spoilLine()
{
    file_put_contents('php://fd/4', "\0\0\0\x03\0no");
}

function forkTwice()
{
    pcntl_fork();
}

function daemon()
{
    shell_exec('setsid sh -c \'trap "" TERM HUP INT; sleep 1000 & sleep 1000\' >/dev/null 2>&1 &');
}

function daemonAndExit()
{
    daemon();
    exit(4);
}

function loop()
{
    for (;;);
}

function fatal()
{
    new NoSuchClass();
}

function exhaust()
{
    ini_set('memory_limit', '32M');
    return str_repeat('x', 64 << 20);
}

function hog()
{
    ini_set('memory_limit', '-1');
    for ($kept = [];;) {
        $kept[] = str_repeat('x', 64 << 20);
    }
}

function stubborn()
{
    foreach ([SIGTERM, SIGINT, SIGHUP] as $number) {
        pcntl_signal($number, SIG_IGN);
    }
}

function recurse()
{
    recurse();
}

function noUtf8()
{
    return ["\xff"];
}

function throwNoUtf8()
{
    throw new Exception("caf\xe9");
}

function deadline()
{
    set_time_limit(1);
    for (;;);
}

function threeArguments($a, $b, $c)
{
    return 'fine';
}

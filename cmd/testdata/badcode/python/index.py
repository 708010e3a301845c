import os
import signal
import subprocess
import sys
import threading
import time


def handler(event, context):
    if event != b'fine':
        result = globals()[event.decode()]()
        if result is not None:
            return result
    return 'fine'


def print_much():
    line = 'x' * 1023
    for _ in range(100 * 1024):
        print(line)


def close_stdout():
    os.close(1)
    os.close(2)
    print('x' * 100000)


def close_stream():
    sys.stdout.close()
    sys.stderr.close()
    print('x')


def close_line():
    os.close(4)


def answer_another_call():
    os.write(4, b'\x00\x00\x00\x07\x00\xff\xff\xff\xffno')


def spoil_line():
    os.write(4, b'\x00\x00\x00\x03\x00no')


def fork_twice():
    os.fork()


def daemon():
    subprocess.Popen(['setsid', 'sh', '-c', 'trap "" TERM HUP INT; sleep 1000 & sleep 1000'])


def daemon_and_exit():
    daemon()
    os._exit(4)


def exit_later():
    threading.Timer(0.05, os._exit, [7]).start()


def exit_from_thread():
    threading.Timer(0.05, os._exit, [7]).start()
    time.sleep(60)


def loop():
    while True:
        pass


def recurse():
    return recurse()


def interrupted():
    raise KeyboardInterrupt('by hand')


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError('no words')


def unspeakable():
    raise Unspeakable()


def no_json():
    return object()


def surrogate():
    return '\ud800'


def hog():
    kept = []
    while True:
        kept.append(bytearray(64 << 20))


def stubborn():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


async def coroutine(event, context):
    return 'fine'


def generator(event, context):
    yield 'fine'


one_argument = lambda event: event
number = 5

<?php

namespace ServerlessFC;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use RingCentral\Psr7\Response;

/** The global fcPhpCgiProxy: runs PHP scripts as a web server would, here each in a php-cgi of its own. */
class PhpCgiProxy
{
    private const TYPES = ['css' => 'text/css', 'csv' => 'text/csv', 'eot' => 'application/vnd.ms-fontobject', 'gif' => 'image/gif',
        'htm' => 'text/html', 'html' => 'text/html', 'ico' => 'image/x-icon', 'jpeg' => 'image/jpeg', 'jpg' => 'image/jpeg',
        'js' => 'application/javascript', 'json' => 'application/json', 'map' => 'application/json', 'mp3' => 'audio/mpeg',
        'mp4' => 'video/mp4', 'otf' => 'font/otf', 'pdf' => 'application/pdf', 'png' => 'image/png', 'svg' => 'image/svg+xml',
        'ttf' => 'font/ttf', 'txt' => 'text/plain', 'wasm' => 'application/wasm', 'webp' => 'image/webp', 'woff' => 'font/woff',
        'woff2' => 'font/woff2', 'xml' => 'application/xml', 'zip' => 'application/zip'];

    public function getMimeType($filename)
    {
        return self::TYPES[strtolower(pathinfo($filename, PATHINFO_EXTENSION))] ?? 'application/octet-stream';
    }

    /** $fastCgiParams go over the variables that follow from the request. readWriteTimeout is in milliseconds. */
    public function requestPhpCgi($request, $docRoot, $phpFile = 'index.php', $fastCgiParams = [], $options = []): ResponseInterface
    {
        $variables = array_map('strval', array_replace(self::variables($request, $docRoot, $phpFile), $fastCgiParams));
        if ($options['debug_show_cgi_params'] ?? false) {
            print_r($variables);
        }
        return self::response(self::run($variables, $docRoot, (string) $request->getBody(), ($options['readWriteTimeout'] ?? 5000) / 1000));
    }

    private static function variables(ServerRequestInterface $request, $docRoot, $phpFile): array
    {
        $uri = $request->getAttribute('requestURI');
        [$whole, $query] = explode('?', $uri, 2) + [1 => ''];
        $whole = rawurldecode($whole);
        $path = $request->getAttribute('path');
        $base = substr($whole, -strlen($path)) === $path ? substr($whole, 0, -strlen($path)) : ''; // what the default domain puts before it
        $script = preg_match('#^.*?\.php(?=/|$)#', $path, $found) ? $found[0] : "/$phpFile";
        $variables = [
            'GATEWAY_INTERFACE' => 'CGI/1.1', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'SERVER_SOFTWARE' => 'fc', 'REDIRECT_STATUS' => '200',
            'REQUEST_METHOD' => $request->getMethod(), 'REQUEST_URI' => $uri, 'QUERY_STRING' => $query,
            'DOCUMENT_ROOT' => $docRoot, 'SCRIPT_FILENAME' => $docRoot . $script, 'SCRIPT_NAME' => $base . $script,
            'SERVER_NAME' => $request->getUri()->getHost(), 'SERVER_PORT' => $request->getUri()->getPort() ?: 80,
            'REMOTE_ADDR' => $request->getAttribute('clientIP'),
            'CONTENT_TYPE' => $request->getHeaderLine('Content-Type'), 'CONTENT_LENGTH' => strlen((string) $request->getBody()),
        ];
        if ($found) {
            $variables['PATH_INFO'] = substr($path, strlen($script));
        }
        foreach (array_keys($request->getHeaders()) as $name) {
            $key = strtoupper(strtr($name, '-', '_'));
            if ($key !== 'CONTENT_TYPE' && $key !== 'CONTENT_LENGTH' && $key !== 'PROXY') {
                $variables["HTTP_$key"] = $request->getHeaderLine($name);
            }
        }
        return $variables;
    }

    private static function run(array $variables, $docRoot, string $body, float $timeout): string
    {
        $in = tmpfile(); // a file, so that nobody waits for a reader
        fwrite($in, $body);
        rewind($in);
        $command = 'exec ' . escapeshellarg(self::program());
        $process = proc_open($command, [$in, ['pipe', 'w'], \STDERR], $pipes, $docRoot, $variables + getenv());
        if ($process === false) {
            throw new \RuntimeException("php-cgi cannot be started in $docRoot");
        }
        for ($answer = ''; !feof($pipes[1]); $answer .= fread($pipes[1], 1 << 16)) {
            [$ready, $none] = [[$pipes[1]], null];
            if (stream_select($ready, $none, $none, (int) $timeout, (int) (fmod($timeout, 1) * 1e6)) === 0) {
                proc_terminate($process, 9);
                throw new \RuntimeException("php-cgi said nothing for $timeout seconds: readWriteTimeout is the limit, in milliseconds");
            }
        }
        proc_close($process);
        return $answer;
    }

    /** php-cgi of this very version where there is one. */
    private static function program(): string
    {
        $version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
        foreach (array_merge([dirname(PHP_BINARY)], explode(':', (string) getenv('PATH'))) as $folder) {
            foreach (["php-cgi$version", 'php-cgi'] as $name) {
                if (is_executable("$folder/$name")) {
                    return "$folder/$name";
                }
            }
        }
        throw new \RuntimeException('php-cgi is not on this machine: install it beside ' . PHP_BINARY . ' (Debian: php-cgi)');
    }

    private static function response(string $answer): Response
    {
        [$head, $body] = preg_split('/\r?\n\r?\n/', $answer, 2) + [1 => ''];
        [$status, $headers] = [200, []];
        foreach (preg_split('/\r?\n/', $head, -1, PREG_SPLIT_NO_EMPTY) as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            if (strcasecmp($name, 'Status') === 0) {
                $status = (int) $value;
            } else {
                $headers[$name][] = trim($value);
            }
        }
        return new Response($status, $headers, $body);
    }
}

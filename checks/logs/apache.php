<?php
// Which of Apache's virtual hosts is the site, and where it logs. Read from its configuration; Apache is not asked.

/** Reads Apache's configuration from its main file on. */
function sr_logs_apache($main, SrLogServers $all)
{
    if (!@file_exists($main) && !sr_denied($main)) {
        return;
    }
    // Debian keeps the main file in the server's root, Red Hat in a folder of it.
    $base = basename(dirname($main)) === 'conf' ? dirname(dirname($main)) : dirname($main);
    $known = sr_logs_apache_names($base, $all) + array('APACHE_LOG_DIR' => '/var/log/apache2');
    $whole = new SrLogServer();
    $whole->kind = 'apache';
    $stack = array($whole);
    sr_logs_apache_file($main, $base, $known, $stack, $all, 0);
    foreach ($all->servers as $server) {
        if ($server->kind === 'apache') {
            $server->errors = $server->errors ? $server->errors : $whole->errors;
            $server->accesses = $server->accesses ? $server->accesses : $whole->accesses;
        }
    }
    if ($whole->roots) {
        $all->servers[] = $whole;
    }
}

/** What envvars says, which Debian's Apache is started with. */
function sr_logs_apache_names($base, SrLogServers $all)
{
    $known = array();
    $text = @file_exists("$base/envvars") ? $all->text("$base/envvars") : '';
    preg_match_all('/^\s*export\s+(\w+)=["\']?([^"\'\s]*)/m', $text, $found, PREG_SET_ORDER);
    foreach ($found as $part) {
        $known[$part[1]] = preg_replace('/\$\{?SUFFIX\}?/', '', $part[2]);
    }
    return $known;
}

/** Reads one file into the innermost server on the stack. */
function sr_logs_apache_file($path, $base, array &$known, array &$stack, SrLogServers $all, $depth)
{
    $text = str_replace("\0", '', preg_replace('/\\\\\r?\n/', ' ', $all->text($path)));
    foreach (preg_split('/\r?\n/', $text) as $line) {
        $line = trim($line);
        if ($line === '' || $line[0] === '#') {
            continue;
        }
        $line = preg_replace_callback('/\$\{(\w+)\}/', function ($part) use ($known) {
            return isset($known[$part[1]]) ? $known[$part[1]] : $part[0];
        }, $line);
        if (preg_match('/^<VirtualHost\b/i', $line)) {
            $server = new SrLogServer();
            $server->kind = 'apache';
            $all->servers[] = $server;
            $stack[] = $server;
        } elseif (preg_match('#^</VirtualHost>#i', $line)) {
            $stack = array_slice($stack, 0, max(1, count($stack) - 1));
        } elseif (preg_match('/^Include(?:Optional)?\s+"?([^"]+?)"?$/i', $line, $part) && $depth < 8) {
            $pattern = $part[1][0] === '/' ? $part[1] : "$base/$part[1]";
            foreach ($all->included(@is_dir($pattern) ? "$pattern/*" : $pattern) as $file) {
                sr_logs_apache_file($file, $base, $known, $stack, $all, $depth + 1);
            }
        } else {
            sr_logs_apache_line($line, $base, $known, end($stack));
        }
    }
}

/** One directive of a server. */
function sr_logs_apache_line($line, $base, array &$known, SrLogServer $server)
{
    if (!preg_match('/^(\w+)\s+(.*)$/', $line, $part)) {
        return;
    }
    $rest = $part[2];
    $first = preg_match('/^"((?:[^"\\\\]|\\\\.)*)"|^(\S+)/', $rest, $word) ? end($word) : '';
    $path = $first !== '' && $first[0] !== '/' ? "$base/$first" : $first;
    $logs = $first !== '' && $first[0] !== '|' && strpos($first, 'syslog') !== 0 && strpos($path, '/dev/') !== 0;
    switch (strtolower($part[1])) {
        case 'define':
            $words = preg_split('/\s+/', $rest);
            $known[$words[0]] = isset($words[1]) ? trim($words[1], '"') : '';
            break;
        case 'servername':
        case 'serveralias':
            foreach (preg_split('/\s+/', $rest) as $name) {
                $server->names[] = strtolower(preg_replace('#^\w+://|:\d+$#', '', $name));
            }
            break;
        case 'documentroot':
            $server->roots[] = $path;
            break;
        case 'errorlog':
            $server->errors = $logs ? array($path) : $server->errors;
            break;
        case 'customlog':
        case 'transferlog':
            if ($logs) {
                $server->accesses[] = $path;
            }
            break;
        case 'sethandler':
            if (preg_match('#proxy:(?:unix:([^|]+)\||fcgi://([^/"]+))#', $rest, $word)) {
                $server->sockets[] = end($word);
            }
            break;
    }
}

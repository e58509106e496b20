<?php
// Which of PHP-FPM's pools runs the site, and where it logs.

/** The pools in the files of some patterns: array(name, listen, user, log, file); files that could not be read. */
function sr_logs_pools(array $patterns, array &$unread)
{
    $said = '/^\s*([a-z_.]+(?:\[\w+\])?)\s*=\s*"?(.*?)"?\s*$/';
    $keys = array('listen' => 'listen', 'user' => 'user', 'php_admin_value[error_log]' => 'log',
        'php_value[error_log]' => 'log');
    $pools = array();
    foreach ($patterns as $pattern) {
        foreach (array_slice(sr_logs_glob($pattern), 0, 200) as $path) {
            $text = @file_exists($path) || sr_denied($path) ? sr_read($path, 262144) : '';
            if ($text === null) {
                $unread[] = $path;
                continue;
            }
            $pool = null;
            foreach (preg_split('/\r?\n/', $text) as $line) {
                if (preg_match('/^\s*\[([^\]]+)\]/', $line, $part)) {
                    $pools[] = array('name' => $part[1], 'listen' => '', 'user' => '', 'log' => '', 'file' => $path);
                    $pool = count($pools) - 1;
                } elseif ($pool !== null && preg_match($said, $line, $part) && isset($keys[$part[1]])) {
                    $pools[$pool][$keys[$part[1]]] = str_replace('$pool', $pools[$pool]['name'], $part[2]);
                }
            }
        }
    }
    return $pools;
}

/** The pools that run the site: by the socket its server passes requests to, else by the owner of its files. */
function sr_logs_own_pools(array $pools, array $own, array $others, $root)
{
    $sockets = array();
    foreach ($own as $server) {
        $sockets = array_merge($sockets, array_map('sr_logs_socket', $server->sockets));
    }
    $taken = array();
    foreach ($others as $server) {
        $taken = array_merge($taken, array_map('sr_logs_socket', $server->sockets));
    }
    $owner = sr_owner($root);
    $found = array();
    foreach ($pools as $pool) {
        $socket = sr_logs_socket($pool['listen']);
        $ours = $sockets ? in_array($socket, $sockets, true) : ($pool['user'] !== '' && $pool['user'] === $owner[0]);
        if ($ours) {
            $alone = $sockets && !in_array($socket, $taken, true);
            $found[] = $pool + array('alone' => $alone);
        }
    }
    return $found;
}

/** A socket as one name, however it is written. */
function sr_logs_socket($text)
{
    $text = trim($text);
    if ($text !== '' && $text[0] === '/') {
        $real = @realpath($text);
        return $real === false ? preg_replace('#^/var/run/#', '/run/', $text) : $real;
    }
    return preg_match('/^\d+$/D', $text) ? "127.0.0.1:$text" : str_replace('localhost:', '127.0.0.1:', $text);
}

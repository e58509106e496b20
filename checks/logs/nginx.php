<?php
// Which of nginx's servers is the site, and where it logs. Read from its configuration; nginx itself is not asked.

/** One virtual host: what it is called, where its files are, where it logs. */
class SrLogServer
{
    public $names = array();
    public $roots = array();
    public $errors = array();  // paths
    public $accesses = array();  // paths
    public $sockets = array();  // of PHP-FPM
    public $denied = array();  // patterns of URL paths that are refused
    public $kind = '';  // nginx, apache
}

/** Servers read from the configuration, and the files of it that could not be read. */
class SrLogServers
{
    public $servers = array();
    public $unread = array();
    public $found = false;  // there is a configuration
    public $files = 0;

    /** The files that an include means; a folder that may not be listed is noted. */
    public function included($pattern)
    {
        $folder = sr_logs_folder($pattern);
        $folder = $folder === $pattern ? dirname($pattern) : $folder;
        if (@is_dir($folder) && !@is_readable($folder) && strpbrk($pattern, '*?[') !== false) {
            $this->unread[] = $folder;
        }
        return sr_logs_glob($pattern);
    }

    /** The text of a configuration file, or ''. At most 500 files are read. */
    public function text($path)
    {
        if (++$this->files > 500) {
            return '';
        }
        $text = sr_read($path, 1048576);
        if ($text === null) {
            $this->unread[] = $path;
            return '';
        }
        $this->found = true;
        return $text;
    }
}

/** Reads nginx's configuration from its main file on. */
function sr_logs_nginx($main, SrLogServers $all)
{
    if (!@file_exists($main) && !sr_denied($main)) {
        return;
    }
    $tree = sr_logs_nginx_tree($all->text($main), dirname($main), $all, 0);
    $outer = array('errors' => array('/var/log/nginx/error.log'), 'accesses' => array('/var/log/nginx/access.log'),
        'roots' => array(), 'base' => dirname($main));
    sr_logs_nginx_walk($tree, $outer, $all);
}

/** Directives as array(name, arguments, block or null), with includes put in their place. */
function sr_logs_nginx_tree($text, $base, SrLogServers $all, $depth)
{
    $words = sr_logs_nginx_words($text);
    $at = 0;
    return $depth > 8 ? array() : sr_logs_nginx_block($words, $at, $base, $all, $depth);
}

function sr_logs_nginx_block(array $words, &$at, $base, SrLogServers $all, $depth)
{
    $found = array();
    $directive = array();
    for (; $at < count($words) && count($found) < 20000; $at++) {
        $word = $words[$at];
        if ($word === '}' . "\0") {
            return $found;
        }
        if ($word !== ';' . "\0" && $word !== '{' . "\0") {
            $directive[] = $word;
            continue;
        }
        $name = (string) array_shift($directive);
        $block = null;
        if ($word === '{' . "\0") {
            $at++;
            $block = sr_logs_nginx_block($words, $at, $base, $all, $depth + 1);
        }
        if ($name === 'include' && $directive) {
            $path = $directive[0][0] === '/' ? $directive[0] : "$base/$directive[0]";
            foreach ($all->included($path) as $file) {
                $found = array_merge($found, sr_logs_nginx_tree($all->text($file), $base, $all, $depth + 1));
            }
        } elseif ($depth < 40) {
            $found[] = array($name, $directive, $block);
        }
        $directive = array();
    }
    return $found;
}

/** Words of a configuration; the signs that end a directive carry a NUL, so that a quoted one is not taken for one. */
function sr_logs_nginx_words($text)
{
    $quoted = '"((?:[^"\\\\]|\\\\.)*+)"|\'((?:[^\'\\\\]|\\\\.)*+)\'';
    $pattern = '/#[^\n]*|' . $quoted . '|([;{}])|((?:\$\{[^}\s]*\}|\\\\.|[^\s;{}"\'\\\\])+)/s';
    $words = array();
    preg_match_all($pattern, str_replace("\0", '', $text), $found, PREG_SET_ORDER);
    foreach ($found as $part) {
        if ($part[0][0] === '#') {
            continue;
        }
        if (isset($part[3]) && $part[3] !== '') {
            $words[] = $part[3] . "\0";
        } else {
            $quoted = isset($part[2]) && $part[2] !== '' ? $part[2] : $part[1];
            $words[] = isset($part[4]) ? $part[4] : stripslashes($quoted);
        }
    }
    return $words;
}

/** Finds the servers below a list of directives; what is said further out holds where nothing nearer is said. */
function sr_logs_nginx_walk(array $tree, array $outer, SrLogServers $all)
{
    $here = array('errors' => array(), 'accesses' => array(), 'roots' => array());
    foreach ($tree as $directive) {
        sr_logs_nginx_note($directive, $here, array());
    }
    foreach (array_keys($here) as $what) {
        $outer[$what] = $here[$what] ? $here[$what] : $outer[$what];
    }
    foreach ($tree as $directive) {
        list($name, , $block) = $directive;
        if ($block === null) {
            continue;
        }
        if ($name === 'server') {
            $all->servers[] = sr_logs_nginx_server($block, $outer);
        } elseif ($name === 'http') {
            sr_logs_nginx_walk($block, $outer, $all);
        }
    }
}

/** Takes error_log, access_log and root down. */
function sr_logs_nginx_note(array $directive, array &$here, array $variables)
{
    $names = array('error_log' => 'errors', 'access_log' => 'accesses', 'root' => 'roots');
    list($name, $arguments) = $directive;
    if (isset($names[$name]) && isset($arguments[0])) {
        $here[$names[$name]][] = preg_replace_callback('/\$\{?(\w+)\}?/', function ($part) use ($variables) {
            return isset($variables[$part[1]]) ? $variables[$part[1]] : $part[0];
        }, $arguments[0]);
    }
}

function sr_logs_nginx_server(array $block, array $outer)
{
    $server = new SrLogServer();
    $server->kind = 'nginx';
    $own = array('errors' => array(), 'accesses' => array(), 'roots' => array());
    $variables = array();
    sr_logs_nginx_inside($block, $server, $own, $variables, 0);
    if (isset($server->names[0])) {
        $variables += array_fill_keys(array('host', 'server_name', 'http_host'), $server->names[0]);
    }
    $own = array('errors' => array(), 'accesses' => array(), 'roots' => array());
    sr_logs_nginx_inside($block, $server, $own, $variables, 0);
    foreach (array_keys($own) as $what) {
        $said = $own[$what] ? $own[$what] : $outer[$what];
        foreach (array_unique($said) as $path) {
            if ($path !== '' && !preg_match('#^(?:off|stderr|syslog:.*|memory:.*|/dev/.*)$#D', $path)) {
                $server->{$what}[] = $path[0] === '/' ? $path : $outer['base'] . '/' . $path;
            }
        }
    }
    $server->names = array_values(array_unique($server->names));
    return $server;
}

function sr_logs_nginx_inside(array $block, SrLogServer $server, array &$own, array &$variables, $depth)
{
    foreach ($block as $directive) {
        list($name, $arguments, $inner) = $directive;
        if ($name === 'set' && isset($arguments[1]) && $arguments[0] !== '') {
            $variables[ltrim($arguments[0], '$')] = $arguments[1];
        } elseif ($name === 'server_name') {
            $server->names = array_merge($server->names, array_map('strtolower', $arguments));
        } elseif ($name === 'fastcgi_pass' && isset($arguments[0])) {
            $server->sockets[] = preg_replace('/^unix:/', '', $arguments[0]);
        }
        if ($name === 'location' && $inner !== null && $arguments && sr_logs_nginx_refuses($inner)) {
            $server->denied[] = sr_logs_nginx_pattern($arguments);
        }
        sr_logs_nginx_note($directive, $own, $variables);
        if ($inner !== null && $depth < 8) {
            sr_logs_nginx_inside($inner, $server, $own, $variables, $depth + 1);
        }
    }
}

/** Whether a location answers nobody. */
function sr_logs_nginx_refuses(array $block)
{
    foreach ($block as $directive) {
        list($name, $arguments) = $directive;
        $said = implode(' ', $arguments);
        if ($name === 'internal' || preg_match('/^(?:deny all|return 4\d\d)/', "$name $said")) {
            return true;
        }
    }
    return false;
}

/** A location's arguments as a regular expression of URL paths. */
function sr_logs_nginx_pattern(array $arguments)
{
    $last = end($arguments);
    if ($arguments[0] === '~' || $arguments[0] === '~*') {
        return '/' . str_replace('/', '\/', str_replace('\/', '/', $last)) . '/' . ($arguments[0] === '~*' ? 'i' : '');
    }
    return '/^' . preg_quote($last, '/') . ($arguments[0] === '=' ? '$' : '') . '/';
}

<?php
// How to recognise Kirby and read its version. PHP 5.6 syntax; nothing of the site is included or run.

sr_platform('kirby', array(
    'recognise' => function ($root) {
        return is_file($root . '/kirby/bootstrap.php') ? array('root' => realpath($root)) : null;
    },
    'facts' => function ($site, $out) {
        $path = $site['root'] . '/kirby/composer.json';
        $text = sr_read($path);
        if ($text === null) {
            $out->gap('software', 'kirby', sr_why($path), sr_permission_remedy($path));
        } else {
            $composer = json_decode($text, true);
            $version = isset($composer['version']) ? $composer['version'] : null;
            $out->software(array('kind' => 'core', 'key' => 'getkirby/cms', 'name' => 'Kirby', 'version' => $version));
        }
        $out->gap('accounts', 'kirby', 'accounts of Kirby are not read by this example');
    },
    'logs' => function ($site) {
        return array();
    },
));

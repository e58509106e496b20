<?php
// What is installed in a WordPress: core, plugins, must-use plugins, drop-ins, themes.

function sr_wp_software($db, array $site, $blogs, SrAnswer $out)
{
    $updates = sr_wp_updates($db, $site, $out);
    $active = sr_wp_active($db, $site, $blogs);
    sr_wp_core($site, $blogs, $updates['core'], $out);
    sr_wp_plugins($site, $active, $updates['plugins'], $out);
    sr_wp_must_use($site, $out);
    sr_wp_drop_ins($site, $out);
    sr_wp_themes($site, $active, $updates['themes'], $out);
}

/** The plugins and themes in use on any blog, as sets; null where that is not known. */
function sr_wp_active($db, array $site, $blogs)
{
    if (!$blogs) {
        return array('plugins' => null, 'themes' => null);
    }
    $plugins = array();
    $themes = array();
    foreach ($blogs as $options) {
        $list = sr_unserialize(isset($options['active_plugins']) ? $options['active_plugins'] : '');
        $plugins += array_fill_keys(array_filter((array) $list, 'is_string'), true);
        foreach (array('template', 'stylesheet') as $name) {
            if (isset($options[$name])) {
                $themes[$options[$name]] = true;
            }
        }
    }
    if ($db && $site['network']) {
        $network = sr_wp_network_options($db, $site, array('active_sitewide_plugins'));
        $list = sr_unserialize(isset($network['active_sitewide_plugins']) ? $network['active_sitewide_plugins'] : '');
        $plugins += array_fill_keys(array_keys((array) $list), true);
    }
    return array('plugins' => $plugins, 'themes' => $themes);
}

/** Fields of the comment at the head of a plugin's or theme's file, as WordPress' get_file_data() reads them. */
function sr_wp_headers($path, array $names)
{
    $text = sr_read($path, 8192);
    if ($text === null) {
        return null;
    }
    $text = str_replace("\r", "\n", $text);
    $found = array();
    foreach ($names as $name) {
        $pattern = '/^(?:[ \t]*<\?php)?[ \t\/*#@]*' . preg_quote($name, '/') . ':(.*)$/mi';
        if (preg_match($pattern, $text, $part)) {
            $found[$name] = trim((string) preg_replace('/\s*(?:\*\/|\?>).*/', '', $part[1]));
        }
    }
    return array_filter($found, 'strlen');
}

/** Files below a folder that may be plugins: its own .php files and those one folder down. */
function sr_wp_plugin_files($folder)
{
    $names = sr_list($folder);
    if ($names === null) {
        return null;
    }
    $files = array();
    foreach ($names as $name) {
        if ($name[0] === '.') {
            continue;
        }
        if (substr($name, -4) === '.php') {
            $files[] = $name;
        } elseif (@is_dir("$folder/$name")) {
            foreach ((array) sr_list("$folder/$name") as $inner) {
                if ($inner[0] !== '.' && substr($inner, -4) === '.php') {
                    $files[] = "$name/$inner";
                }
            }
        }
    }
    return $files;
}

function sr_wp_core(array $site, $blogs, array $update, SrAnswer $out)
{
    $path = $site['root'] . '/wp-includes/version.php';
    $said = sr_static($path);
    if ($said === null) {
        $out->unread('software', 'core', $path);
    }
    $version = sr_pick($said, array('variables', 'wp_version'));
    $version = is_string($version) ? $version : null;
    $wanted = sr_pick($said, array('variables', 'wp_db_version'));
    $unfinished = array_filter(array(sr_wp_maintenance($site), sr_wp_database_level($blogs, $wanted)), 'strlen');
    $out->software(array(
        'kind' => 'core', 'key' => 'wordpress', 'name' => 'WordPress', 'version' => $version, 'active' => true,
        'unfinished' => implode('; ', $unfinished),
        'update' => sr_wp_core_command($site, $version, $update, $unfinished),
    ) + sr_wp_core_update($version, $update));
}

/** How far the database lags behind the files; empty where it does not, or where that is not known. */
function sr_wp_database_level($blogs, $wanted)
{
    if (!$blogs || !is_int($wanted)) {
        return '';
    }
    $odd = array();
    foreach ($blogs as $options) {
        $level = isset($options['db_version']) ? (int) $options['db_version'] : $wanted;
        if ($level !== $wanted) {
            $odd[] = $level;
        }
    }
    if (!$odd) {
        return '';
    }
    $of = count($blogs) > 1 ? ' of ' . count($odd) . ' of ' . count($blogs) . ' sites' : '';
    $text = "the database$of is at " . min($odd) . ", the files want $wanted";
    return min($odd) > $wanted ? "$text: older files were put back" : $text;
}

/** Whether a .maintenance file was left behind by an update that broke off. */
function sr_wp_maintenance(array $site)
{
    $path = $site['root'] . '/.maintenance';
    if (!@is_file($path)) {
        return '';
    }
    $text = (string) sr_read($path, 4096);
    $at = preg_match('/\$upgrading\s*=\s*(\d{9,11})\s*;/', $text, $part) ? (int) $part[1] : (int) @filemtime($path);
    $began = 'an update began at ' . gmdate('Y-m-d H:i', $at) . ' UTC and left .maintenance behind';
    return time() - $at > 600 ? $began : '';
}

/** Whether updates of this site belong into its repository instead of onto the server. */
function sr_wp_is_deployed(array $site)
{
    $mods = sr_wp_constant($site, 'DISALLOW_FILE_MODS', false);
    return $site['bedrock'] || (is_scalar($mods) && $mods);
}

/** The remedy that updates the core, or ends an update that was begun. */
function sr_wp_core_command(array $site, $version, array $update, array $unfinished)
{
    $root = array('root' => $site['root']);
    $database = sr_remedy($site['network'] ? 'wordpress-network-database' : 'wordpress-database', $root);
    $parts = sr_wp_core_update($version, $update);
    $newer = isset($parts['latest']) && $version !== null && version_compare($parts['latest'], $version, '>');
    if ($unfinished && !$newer) {
        return $database;
    }
    if (strpos($site['root'], '/usr/share/wordpress') === 0) {
        return "wordpress-apt; $database";
    }
    if (sr_wp_is_deployed($site)) {
        return "wordpress-deploy; $database";
    }
    $minor = isset($parts['latest_in_line']) ? $parts['latest_in_line'] : null;
    $to = $minor !== null && version_compare($minor, $version, '>') ? array('version' => $minor) : array();
    return sr_remedy($to ? 'wordpress-core-to' : 'wordpress-core', $root + $to) . "; $database";
}

function sr_wp_plugins(array $site, array $active, array $update, SrAnswer $out)
{
    $folder = $site['plugins'];
    if ($folder instanceof SrUnknown) {
        $why = 'where the plugins lie is not known: ' . $folder->reason;
        $out->gap('software', 'plugins', $why, sr_remedy('plain-value', array('name' => 'WP_PLUGIN_DIR')));
        return;
    }
    $files = sr_wp_plugin_files($folder);
    if ($files === null) {
        $out->unread('software', 'plugins', $folder);
        return;
    }
    foreach ($files as $file) {
        $path = "$folder/$file";
        $head = sr_wp_headers($path, array('Plugin Name', 'Version', 'Update URI'));
        if ($head === null && (sr_wp_in($active['plugins'], $file) || isset($update['checked'][$file]))) {
            $out->unread('software', "plugin:$file", $path);
        } elseif (isset($head['Plugin Name'])) {
            $slug = strpos($file, '/') ? substr($file, 0, strpos($file, '/')) : substr($file, 0, -4);
            $out->software(array(
                'kind' => 'plugin', 'key' => $file, 'name' => sr_wp_name($head['Plugin Name']),
                'version' => isset($head['Version']) ? $head['Version'] : null,
                'active' => sr_wp_in($active['plugins'], $file),
                'update' => sr_wp_update_command($site, 'plugin', $slug),
            ) + sr_wp_update($update, $file, isset($head['Update URI']) ? $head['Update URI'] : ''));
        }
    }
    sr_wp_missing_plugins($folder, $files, $active['plugins'], $out);
}

/** Plugins that are switched on and whose files cannot be seen: gone, or kept from this account. */
function sr_wp_missing_plugins($folder, array $files, $active, SrAnswer $out)
{
    foreach (array_diff(array_keys((array) $active), $files) as $file) {
        $path = "$folder/$file";
        if (sr_read($path, 1) === null && sr_denied($path)) {
            $out->unread('software', "plugin:$file", $path);
        }
    }
}

function sr_wp_in($set, $key)
{
    return $set === null ? null : isset($set[$key]);
}

/** A name from a header, without markup. */
function sr_wp_name($text)
{
    $name = trim(html_entity_decode(strip_tags(sr_utf8($text)), ENT_QUOTES, 'UTF-8'));
    return $name === '' ? $text : $name;
}

/** The remedy that updates a plugin or a theme. */
function sr_wp_update_command(array $site, $kind, $slug)
{
    if (!preg_match('/^[A-Za-z0-9_.-]+$/D', $slug)) {
        return 'wordpress-page';
    }
    $code = sr_wp_is_deployed($site) ? "wordpress-$kind-deploy" : "wordpress-$kind";
    return sr_remedy($code, array('root' => $site['root'], 'name' => $slug));
}

/** mu-plugins/*.php are always on; with Bedrock's autoloader, folders in it are too. Nobody checks them for updates. */
function sr_wp_must_use(array $site, SrAnswer $out)
{
    $folder = $site['mu'];
    if ($folder instanceof SrUnknown) {
        $why = 'where the must-use plugins lie is not known: ' . $folder->reason;
        $out->gap('software', 'mu-plugins', $why, sr_remedy('plain-value', array('name' => 'WPMU_PLUGIN_DIR')));
        return;
    }
    $files = sr_wp_plugin_files($folder);
    if ($files === null) {
        if (@file_exists($folder) || sr_denied($folder)) { // few sites have such a folder at all
            $out->unread('software', 'mu-plugins', $folder);
        }
        return;
    }
    $loads = in_array('bedrock-autoloader.php', $files, true);
    foreach ($files as $file) {
        if (strpos($file, '/') && !$loads) {
            continue;
        }
        $head = sr_wp_headers("$folder/$file", array('Plugin Name', 'Version'));
        if (isset($head['Plugin Name']) || (!strpos($file, '/') && $head !== null)) {
            $out->software(array(
                'kind' => 'plugin', 'key' => "mu-plugins/$file", 'active' => true,
                'name' => sr_wp_name(isset($head['Plugin Name']) ? $head['Plugin Name'] : $file),
                'version' => isset($head['Version']) ? $head['Version'] : null,
            ));
        }
    }
}

/** Files that WordPress loads by their name alone. */
function sr_wp_drop_ins(array $site, SrAnswer $out)
{
    $names = array('advanced-cache.php', 'db.php', 'db-error.php', 'install.php', 'maintenance.php', 'object-cache.php',
        'php-error.php', 'fatal-error-handler.php');
    if ($site['network']) {
        array_push($names, 'sunrise.php', 'blog-deleted.php', 'blog-inactive.php', 'blog-suspended.php');
    }
    foreach (is_string($site['content']) ? $names : array() as $name) {
        if (@is_file($site['content'] . "/$name")) {
            $head = sr_wp_headers($site['content'] . "/$name", array('Plugin Name', 'Version'));
            $out->software(array(
                'kind' => 'plugin', 'key' => "drop-ins/$name", 'active' => true,
                'name' => sr_wp_name(isset($head['Plugin Name']) ? $head['Plugin Name'] : "drop-in $name"),
                'version' => isset($head['Version']) ? $head['Version'] : null,
            ));
        }
    }
}

function sr_wp_themes(array $site, array $active, array $update, SrAnswer $out)
{
    $folder = is_string($site['content']) ? $site['content'] . '/themes' : $site['content'];
    if ($folder instanceof SrUnknown) {
        $why = 'where the themes lie is not known: ' . $folder->reason;
        $out->gap('software', 'themes', $why, sr_remedy('plain-value', array('name' => 'WP_CONTENT_DIR')));
        return;
    }
    $names = sr_list($folder);
    if ($names === null) {
        $out->unread('software', 'themes', $folder);
        return;
    }
    foreach ($names as $name) {
        if (!@is_dir("$folder/$name") || !@file_exists("$folder/$name/style.css")) {
            continue;
        }
        $head = sr_wp_headers("$folder/$name/style.css", array('Theme Name', 'Version', 'Update URI'));
        if ($head === null) {
            $out->unread('software', "theme:$name", "$folder/$name/style.css");
            continue;
        }
        $out->software(array(
            'kind' => 'theme', 'key' => $name,
            'name' => sr_wp_name(isset($head['Theme Name']) ? $head['Theme Name'] : $name),
            'version' => isset($head['Version']) ? $head['Version'] : null,
            'active' => sr_wp_in($active['themes'], $name),
            'update' => sr_wp_update_command($site, 'theme', $name),
        ) + sr_wp_update($update, $name, isset($head['Update URI']) ? $head['Update URI'] : ''));
    }
}

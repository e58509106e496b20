<?php
// WordPress: recognised by its files wherever they were moved to; its configuration, read once.
//
// What is installed is in wordpress_software.php, what the site knows of newer ones in wordpress_updates.php, who may
// administer it in wordpress_accounts.php with wordpress_roles.php and wordpress_signs.php, where it logs in
// wordpress_logs.php.

sr_platform('wordpress', array(
    'recognise' => 'sr_wp_recognise',
    'looks_for' => 'wp-includes/version.php with wp-load.php, here, in a folder below, or as Bedrock has it in web/wp',
    'facts' => 'sr_wp_facts',
    'logs' => 'sr_wp_logs',
));

/** Folders in which WordPress' own files may lie, nearest first. */
function sr_wp_places($root)
{
    $places = array();
    $below = array('', '/web', '/public', '/public_html', '/htdocs', '/httpdocs', '/www', '/html', '/current',
        '/current/web', '/current/public');
    foreach ($below as $folder) {
        $base = $root . $folder;
        if (!@is_dir($base)) {
            continue;
        }
        $places[] = $base;
        $index = @is_file("$base/index.php") ? (string) sr_read("$base/index.php", 8192) : '';
        if (preg_match('/[\'"]\/?((?:[A-Za-z0-9_.-]+\/)+)wp-blog-header\.php[\'"]/', $index, $part)) {
            $places[] = "$base/" . rtrim($part[1], '/');
        }
        if (@file_exists("$base/wp-config.php")) {
            array_push($places, "$base/wp", "$base/wordpress");
        }
    }
    return array_unique($places);
}

function sr_wp_recognise($root, $options = array())
{
    foreach (sr_wp_places(realpath($root)) as $place) {
        $load = @is_file("$place/wp-load.php") || @is_file("$place/wp-includes/version.php");
        if ($load && @is_dir("$place/wp-includes")) {
            return sr_wp_site(realpath($place), is_array($options) ? $options : array());
        }
    }
    return null;
}

/** What the rest needs: folders, configuration, and in 'problem' an SrGap where the configuration is not to be had. */
function sr_wp_site($core, array $options)
{
    $above = dirname($core);
    $config = "$core/wp-config.php";
    // As wp-load.php has it: one folder up, unless another WordPress lies there.
    if (!@file_exists($config) && @file_exists("$above/wp-config.php") && !@file_exists("$above/wp-settings.php")) {
        $config = "$above/wp-config.php";
    }
    $project = dirname(dirname($config));
    $bedrock = @is_file("$project/config/application.php");
    $given = $bedrock ? sr_wp_environment($project) : array();
    if (!empty($options['host'])) {
        $given += array('HTTP_HOST' => (string) $options['host'], 'SERVER_NAME' => (string) $options['host']);
    }
    $read = sr_static($config, $given, array('ABSPATH' => "$core/"));
    $site = array('root' => $core, 'config' => $config, 'bedrock' => $bedrock, 'project' => $project, 'read' => $read);
    $site['problem'] = sr_wp_problem($site);
    $site['content'] = sr_wp_folder($site, 'WP_CONTENT_DIR', "$core/wp-content");
    $content = $site['content'];
    $known = is_string($content);
    $site['plugins'] = sr_wp_folder($site, 'WP_PLUGIN_DIR', $known ? "$content/plugins" : $content);
    $site['mu'] = sr_wp_folder($site, 'WPMU_PLUGIN_DIR', $known ? "$content/mu-plugins" : $content);
    $site['prefix'] = sr_pick($read, array('variables', 'table_prefix'), 'wp_');
    $site['network'] = sr_wp_is_network($site);
    return $site;
}

/** The environment of a Bedrock project, from the files its configuration loads. */
function sr_wp_environment($project)
{
    $given = sr_dotenv("$project/.env");
    return @file_exists("$project/.env.local") ? array_merge($given, sr_dotenv("$project/.env.local")) : $given;
}

/** Why the configuration says nothing, or not all; null when it was read whole. */
function sr_wp_problem(array $site)
{
    if ($site['read'] !== null) {
        $env = $site['project'] . '/.env';
        return $site['bedrock'] && @file_exists($env) && !@is_readable($env)
            ? new SrGap(sr_why($env), sr_permission_remedy($env), sr_cause($env))
            : null;
    }
    if (sr_denied($site['config']) || @file_exists($site['config'])) {
        return new SrGap(sr_why($site['config']), sr_permission_remedy($site['config']), sr_cause($site['config']));
    }
    $looked = $site['root'] . '/wp-config.php, nor one folder above';
    return new SrGap("not found: $looked", 'finish-installation',
        'not-found');
}

/** A constant of the configuration: its value, an SrUnknown, or the default. */
function sr_wp_constant(array $site, $name, $default = null)
{
    return sr_pick($site['read'], array('constants', $name), $default);
}

/** A folder named by a constant; an SrUnknown where only the running site knows it. */
function sr_wp_folder(array $site, $name, $default)
{
    $folder = sr_wp_constant($site, $name, $default);
    if ($folder instanceof SrUnknown) {
        return $folder;
    }
    return is_string($folder) && $folder !== '' ? rtrim($folder, '/') : $default;
}

/** As WordPress' is_multisite() has it. */
function sr_wp_is_network(array $site)
{
    $multisite = sr_wp_constant($site, 'MULTISITE');
    if ($multisite !== null) {
        return $multisite instanceof SrUnknown ? false : (bool) $multisite;
    }
    foreach (array('SUBDOMAIN_INSTALL', 'VHOST', 'SUNRISE') as $name) {
        if (sr_wp_constant($site, $name) !== null) {
            return true;
        }
    }
    return false;
}

/** A session with the site's database, or an SrGap that says why there is none. */
function sr_wp_database(array $site)
{
    if ($site['read'] === null) {
        return $site['problem'];
    }
    $settings = array();
    $why = $site['read']['opaque'] === '' ? '' : ': ' . $site['read']['opaque'];
    $names = array('host' => 'DB_HOST', 'user' => 'DB_USER', 'password' => 'DB_PASSWORD', 'name' => 'DB_NAME');
    foreach ($names as $key => $name) {
        $value = sr_wp_constant($site, $name, $key === 'password' ? '' : null);
        if ($value === null || $value instanceof SrUnknown) {
            $why = ($value === null ? "$name is not set in " . $site['config'] : "$name: " . $value->reason) . $why;
            return $site['problem'] ? $site['problem'] : new SrGap("the database cannot be asked: $why",
                sr_remedy('plain-or-env', array('name' => $name)));
        }
        $settings[$key] = (string) $value;
    }
    if ($site['prefix'] instanceof SrUnknown) {
        $why = 'the database cannot be asked: $table_prefix: ' . $site['prefix']->reason;
        return new SrGap($why, 'plain-it');
    }
    $flags = sr_wp_constant($site, 'MYSQL_CLIENT_FLAGS', 0);
    $settings = sr_db_host($settings['host']) + $settings;
    $settings['tls'] = is_int($flags) && ($flags & 2048) !== 0;
    $db = sr_db($settings);
    $asked = preg_grep('/^HTTP_/', $site['read']['environment'], PREG_GREP_INVERT);
    if ($db instanceof SrGap && $asked) {
        $names = implode(', ', array_slice($asked, 0, 4));
        $db->reason .= "; the configuration also looks at the environment, which is not seen here ($names)";
    }
    return $db;
}

/** An identifier of one of the site's tables; `$blog` is a number within a network. */
function sr_wp_table(array $site, $name, $blog = 1)
{
    $moved = array('users' => 'CUSTOM_USER_TABLE', 'usermeta' => 'CUSTOM_USER_META_TABLE');
    if (isset($moved[$name])) {
        $table = sr_wp_constant($site, $moved[$name]);
        if (is_string($table) && $table !== '') {
            return sr_ident($table);
        }
    }
    return sr_ident(sr_wp_prefix($site, $blog) . $name);
}

/** The prefix of a blog's own tables and keys: the first one has the base prefix. */
function sr_wp_prefix(array $site, $blog = 1)
{
    return $site['prefix'] . ($blog > 1 ? "{$blog}_" : '');
}

/** Mode 'facts'. */
function sr_wp_facts(array $site, SrAnswer $out)
{
    $db = sr_wp_database($site);
    if ($db instanceof SrGap) {
        foreach (array('software', 'accounts') as $area) {
            $out->gap($area, 'database', $db->reason, $db->remedy, $db->cause);
        }
        $db = null;
    } elseif ($site['problem']) {
        $out->gap('software', 'configuration', $site['problem']->reason, $site['problem']->remedy, $site['problem']->cause);
    }
    $both = array('software', 'accounts');
    $blogs = $db ? sr_guarded('reading the options of WordPress', $both, 'sr_wp_blogs', array($db, $site, $out)) : null;
    $given = array($db, $site, $blogs, $out);
    sr_guarded('reading what is installed in WordPress', array('software'), 'sr_wp_software', $given);
    if ($db && $blogs) {
        sr_guarded('reading the users of WordPress', array('accounts'), 'sr_wp_accounts', $given);
    }
}

/** Options of every blog (one where there is no network), as number => name => text; at most 1,000 blogs. */
function sr_wp_blogs(SrDb $db, array $site, SrAnswer $out)
{
    $numbers = array(1);
    if ($site['network']) {
        $sql = 'SELECT blog_id FROM ' . sr_wp_table($site, 'blogs') . ' WHERE deleted = 0 AND archived = 0';
        $numbers = array();
        foreach ($db->rows("$sql ORDER BY blog_id LIMIT 1001") as $row) {
            $numbers[] = (int) $row['blog_id'];
        }
        if (count($numbers) > 1000) {
            foreach (array('software', 'accounts') as $area) {
                $why = 'the network has more than 1,000 sites; the first 1,000 were looked at';
                $out->gap($area, 'blogs', $why, '', 'too-much');
            }
            $numbers = array_slice($numbers, 0, 1000);
        }
    }
    $blogs = array();
    foreach ($numbers as $number) {
        $names = array('active_plugins', 'template', 'stylesheet', 'db_version');
        $names[] = sr_wp_prefix($site, $number) . 'user_roles';
        $sql = 'SELECT option_name, option_value FROM ' . sr_wp_table($site, 'options', $number)
            . ' WHERE option_name IN (' . sr_marks($names) . ')';
        $blogs[$number] = array();
        foreach (sr_wp_optional($db, $sql, $names) as $row) {
            $blogs[$number][$row['option_name']] = $row['option_value'];
        }
    }
    if (!array_filter($blogs)) {
        throw new SrDbError('the database holds no options under the prefix ' . $site['prefix']);
    }
    return $blogs;
}

/** Rows, or none where the table or column is not there at all. */
function sr_wp_optional(SrDb $db, $sql, array $parameters = array())
{
    try {
        return $db->rows($sql, $parameters);
    } catch (SrDbError $error) {
        if ($error->getCode() === 1146 || $error->getCode() === 1054) {
            return array();
        }
        throw $error;
    }
}

/** Values of the network's own options, or of the first blog's, by name. */
function sr_wp_network_options(SrDb $db, array $site, array $names)
{
    $marks = sr_marks($names);
    $found = array();
    if ($site['network']) {
        $id = sr_wp_constant($site, 'SITE_ID_CURRENT_SITE', 1);
        $sql = 'SELECT meta_key AS name, meta_value AS value FROM ' . sr_wp_table($site, 'sitemeta')
            . " WHERE site_id = ? AND meta_key IN ($marks)";
        array_unshift($names, is_scalar($id) ? (int) $id : 1);
    } else {
        $sql = 'SELECT option_name AS name, option_value AS value FROM ' . sr_wp_table($site, 'options')
            . " WHERE option_name IN ($marks)";
    }
    foreach ($db->rows($sql, $names) as $row) {
        $found[$row['name']] = $row['value'];
    }
    return $found;
}

<?php
// ExpressionEngine 2 to 7: recognised by a front file that names the system folder, wherever that folder was moved.
//
// Its database is in expressionengine_database.php, its version in _core, add-ons in _addons, who can use the control
// panel in _members, logs in _logs.

sr_platform('expressionengine', array(
    'recognise' => 'sr_ee_recognise',
    'looks_for' => 'an index.php that sets $system_path, here or in a public folder below',
    'facts' => 'sr_ee_facts',
    'logs' => 'sr_ee_logs',
));

function sr_ee_recognise($root, $options = array())
{
    $below = array('', '/public', '/public_html', '/httpdocs', '/htdocs', '/html', '/web', '/www');
    foreach (array('', '/current') as $release) {
        foreach ($below as $public) {
            $folder = realpath(realpath($root) . $release . $public);
            $front = $folder === false ? null : sr_ee_front($folder);
            if ($front !== null) {
                return sr_ee_site($folder, $front);
            }
        }
    }
    return null;
}

/** The front file of a folder: array('system' => path or SrUnknown, 'debug' => int or null); null without one. */
function sr_ee_front($folder)
{
    $other = preg_grep('/\.php$/D', (array) sr_list($folder));
    $uncertain = null;
    $names = array_unique(array_merge(array('index.php', 'admin.php'), array_slice($other, 0, 40)));
    foreach ($names as $name) {
        $text = @is_file("$folder/$name") ? (string) sr_read("$folder/$name", 131072) : '';
        $ours = preg_match('/expressionengine|codeigniter|ellislab/i', $text);
        if (!$ours || !preg_match('/\$system_path\s*=/', $text)) {
            continue;
        }
        $front = sr_ee_front_variables("$folder/$name");
        if (is_string($front['system'])) {
            return $front;
        }
        $uncertain = $uncertain === null ? $front : $uncertain;
    }
    // A front file that is kept from this account, with the folder where it stands by default.
    $barred = $uncertain === null && @is_file("$folder/index.php") && !@is_readable("$folder/index.php");
    foreach ($barred ? array('system', '../system') : array() as $path) {
        if (sr_ee_line("$folder/$path") !== null) {
            return array('system' => $path, 'debug' => null);
        }
    }
    return $uncertain;
}

/**
 * What a front file sets before its own code begins to work on it: that resolves $system_path, and unsets $debug. The
 * file is read statement by statement as far as the value that was written there; what follows leads away from it.
 */
function sr_ee_front_variables($path)
{
    $s = new SrReading();
    $s->path = $path;
    $found = array('system' => new SrUnknown("$path sets no \$system_path that can be read without running it"),
        'debug' => null);
    try {
        sr_tokens($s, (string) sr_read($path, 131072));
        for ($count = 0; $s->at < $s->end && $count < 200; $count++) {
            sr_statement($s);
            $system = sr_pick($s->variables, array('system_path'));
            $debug = sr_pick($s->variables, array('debug'));
            $found['debug'] = is_int($debug) ? $debug : $found['debug'];
            if (is_string($system)) {
                $found['system'] = $system;
            } elseif ($system instanceof SrUnknown) {
                $found['system'] = is_string($found['system']) ? $found['system'] : $system;
                break;
            }
        }
    } catch (SrStaticError $error) {
        $found['debug'] = null;
    }
    return $found;
}

/** 3 for ExpressionEngine 3 and later, 2 for 2, by the files below a system folder; null where it is none. */
function sr_ee_line($system)
{
    if (@is_dir("$system/ee/legacy") || @is_dir("$system/ee/ExpressionEngine") || @is_dir("$system/ee/EllisLab")) {
        return 3;
    }
    return @is_dir("$system/expressionengine/libraries") ? 2 : null;
}

/** What facts and logs need of a site; 'gap' is an SrGap where its system folder is out of reach. */
function sr_ee_site($folder, array $front)
{
    $site = array('root' => $folder, 'system' => null, 'line' => null, 'gap' => null, 'debug' => $front['debug']);
    if ($front['system'] instanceof SrUnknown) {
        $site['gap'] = new SrGap('where its system folder lies is not known: ' . $front['system']->reason,
            'expressionengine-system-plain');
        return $site;
    }
    $path = $front['system'] === '' ? '.' : $front['system'];
    $path = $path[0] === '/' ? $path : "$folder/$path";
    $system = realpath($path);
    $line = $system === false ? null : sr_ee_line($system);
    if ($line === null) {
        $path = rtrim($system === false ? $path : $system, '/');
        $probe = "$path/ee/legacy/libraries/Core.php";
        $why = sr_absence($probe);
        $site['gap'] = sr_absence_cause($probe) === 'no-permission'
            ? new SrGap("its system folder: $why", sr_permission_remedy($probe), sr_cause($probe))
            : new SrGap("its system folder is not at $path, where index.php says it is",
                'expressionengine-system', 'not-found');
        return $site;
    }
    return array('system' => $system, 'line' => $line) + sr_ee_configuration($folder, $system, $line) + $site;
}

/** The configuration: 'config_path', 'config' (sr_static's answer or null), 'settings' ($config), 'env', 'install'. */
function sr_ee_configuration($folder, $system, $line)
{
    list($env, $install) = sr_ee_environment(dirname($system) . '/.env.php', "$folder/.env.php");
    $base = $line === 2 ? "$system/expressionengine/config" : "$system/user/config";
    $constants = array('SYSPATH' => "$system/", 'FCPATH' => "$folder/", 'BASEPATH' => "$system/ee/legacy/",
        'DIRECTORY_SEPARATOR' => '/');
    $read = sr_static("$base/config.php", $env, $constants);
    $settings = $read === null ? null : sr_pick($read['variables'], array('config'));
    return array(
        'config_path' => "$base/config.php",
        'constants' => $constants,
        'settings' => is_array($settings) ? $settings : array(),
        'config' => $read,
        'legacy' => @is_file("$base/database.php") ? sr_static("$base/database.php", $env, $constants) : null,
        'env' => $env,
        'install' => $install,
    );
}

/**
 * The variables of .env.php, and what it makes of the installer: 'shut', 'open', '' without one, or an SrGap.
 * It is dotenv text beside the system folder from ExpressionEngine 6 on, PHP in the public folder in 5.
 */
function sr_ee_environment($beside, $public)
{
    foreach (array_unique(array($beside, $public)) as $path) {
        $text = sr_read($path, 262144);
        if ($text === null && sr_denied($path)) {
            return array(array(), new SrGap(sr_why($path), sr_permission_remedy($path), sr_cause($path)));
        }
        if ($text === null) {
            continue;
        }
        $env = sr_dotenv($path);
        preg_match_all('/^\s*putenv\(\s*["\'](\w+)=([^"\']*)["\']\s*\)/m', $text, $calls, PREG_SET_ORDER);
        foreach ($calls as $call) {
            $env[$call[1]] = $call[2];
        }
        return array($env, isset($env['EE_INSTALL_MODE']) && $env['EE_INSTALL_MODE'] === 'TRUE' ? 'open' : 'shut');
    }
    return array(array(), '');
}

/** One of the settings in config.php; null where it is not there, an SrUnknown where only the running site knows it. */
function sr_ee_setting($site, $name)
{
    return sr_pick($site['settings'], array($name));
}

function sr_ee_facts($site, SrAnswer $out)
{
    if ($site['gap']) {
        foreach (array('software', 'accounts') as $area) {
            $out->gap($area, 'system-folder', $site['gap']->reason, $site['gap']->remedy, $site['gap']->cause);
        }
        return;
    }
    $db = sr_ee_database($site);
    foreach ($db instanceof SrGap ? array('software', 'accounts') : array() as $area) {
        $out->gap($area, 'database', $db->reason, $db->remedy, $db->cause);
    }
    $db = $db instanceof SrGap ? null : $db;
    sr_ee_core($site, $out);
    sr_ee_addons($site, $db, $out);
    if ($db) {
        sr_ee_members($site, $db, $out);
    }
}

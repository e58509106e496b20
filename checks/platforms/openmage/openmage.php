<?php
// Magento 1 and OpenMage: recognised by app/Mage.php beside app/etc; which of the two it is, app/Mage.php tells.

sr_platform('openmage', array(
    'recognise' => 'sr_openmage_recognise',
    'looks_for' => 'app/Mage.php and app/etc, here or below current',
    'facts' => 'sr_openmage_facts',
    'logs' => 'sr_openmage_logs',
));

function sr_openmage_recognise($root, $options = array())
{
    $real = realpath($root);
    foreach (array($real, "$real/current", basename($real) === 'pub' ? dirname($real) : $real) as $try) {
        $home = realpath($try);
        if ($home === false || !@is_file("$home/app/Mage.php") || !@is_dir("$home/app/etc")) {
            continue;
        }
        $text = sr_read("$home/app/etc/local.xml", 1048576);
        $local = $text === null ? null : sr_openmage_xml($text);
        $why = $text === null ? sr_why("$home/app/etc/local.xml") : "cannot be understood: $home/app/etc/local.xml";
        return array('root' => $home, 'local' => $local, 'why' => $local === null ? $why : '');
    }
    return null;
}

function sr_openmage_facts($site, SrAnswer $out)
{
    $db = sr_openmage_database($site);
    foreach ($db instanceof SrGap ? array('software', 'accounts') : array() as $area) {
        $out->gap($area, 'database', $db->reason, $db->remedy, $db->cause);
    }
    sr_openmage_core($site['root'], $out);
    $modules = sr_openmage_modules($site, $out);
    $resources = $db instanceof SrGap
        ? null
        : sr_guarded('reading core_resource', array('software'), 'sr_openmage_resources', array($site, $db, $out));
    foreach ($modules === null ? array() : $modules as $name => $module) {
        sr_openmage_module($site, $name, $module, $resources, $out);
    }
    if (!$db instanceof SrGap) {
        $arguments = array($site, $db, $modules, $out);
        sr_guarded('reading administrators', array('accounts'), 'sr_openmage_accounts', $arguments);
    }
}

/** Setup resource => the version it brought the database to; null, with a gap, where there is no such table. */
function sr_openmage_resources($site, $db, SrAnswer $out)
{
    $prefix = sr_openmage_prefix($site);
    $rows = sr_mage_rows($db, $prefix, 'SELECT code, version FROM {core_resource} LIMIT 5000');
    if ($rows === null) {
        sr_mage_no_table($out, 'software', 'setup-versions', $prefix, 'core_resource');
        return null;
    }
    return sr_mage_column($rows, 'code', 'version');
}

function sr_openmage_prefix($site)
{
    return sr_openmage_word($site['local'], 'global/resources/db/table_prefix');
}

function sr_openmage_database($site)
{
    $path = $site['root'] . '/app/etc/local.xml';
    if ($site['local'] === null) {
        return new SrGap($site['why'], sr_permission_remedy($path), sr_cause($path));
    }
    $settings = array();
    foreach (array('host', 'dbname', 'username', 'password', 'port', 'unix_socket') as $name) {
        $settings[$name] = sr_openmage_text($site['local'], "global/resources/default_setup/connection/$name");
    }
    return sr_mage_database($settings, $path);
}

function sr_openmage_core($root, SrAnswer $out)
{
    $path = "$root/app/Mage.php";
    $text = sr_read($path, 1048576);
    if ($text === null) {
        $out->gap('software', 'app/Mage.php', sr_why($path), sr_permission_remedy($path), sr_cause($path));
    }
    list($openmage, $magento) = $text === null ? array(null, null) : sr_openmage_versions($text);
    $openmage = sr_openmage_installed($root, $openmage);
    $edition = preg_match('/\$_currentEdition\s*=\s*self::EDITION_(\w+)/', (string) $text, $part) ? $part[1] : '';
    $out->software(array(
        'kind' => 'core',
        'key' => $openmage === null ? 'magento1' : 'openmage/magento-lts',
        'name' => $openmage === null ? 'Magento 1' . ($edition === 'ENTERPRISE' ? ' Enterprise' : '') : 'OpenMage',
        'version' => $openmage === null ? $magento : $openmage,
        'active' => true,
        'unfinished' => implode('', sr_mage_maintenance("$root/maintenance.flag")),
        'update' => $openmage === null ? '' : 'openmage-core',
    ));
}

/** OpenMage's version as Composer put it there, where that is a later patch than app/Mage.php was told of; or $stated. */
function sr_openmage_installed($root, $stated)
{
    $read = json_decode((string) sr_read("$root/vendor/composer/installed.json", 8388608), true, 64);
    $packages = sr_pick($read, array('packages'), $read);
    foreach ($stated !== null && is_array($packages) ? $packages : array() as $package) {
        if (sr_pick($package, array('name'), '') !== 'openmage/magento-lts') {
            continue;
        }
        $version = sr_pick($package, array('version'), '');
        // 20.12.3 was released as 20.12.0 in app/Mage.php, and so were others.
        $same = is_string($version) && preg_match('/^v?((\d+\.\d+)\.\d+)$/D', $version, $part)
            && strpos($stated, $part[2] . '.') === 0;
        return $same && version_compare($part[1], $stated) > 0 ? $part[1] : $stated;
    }
    return $stated;
}

/** The versions app/Mage.php states, as array(OpenMage's or null, Magento's or null). */
function sr_openmage_versions($text)
{
    $code = '';
    foreach (token_get_all($text) as $token) {
        $comment = is_array($token) && ($token[0] === T_COMMENT || $token[0] === T_DOC_COMMENT);
        $code .= $comment ? ' ' : (is_array($token) ? $token[1] : $token);
    }
    $major = sr_openmage_function($code, 'getOpenMageMajorVersion');
    $own = sr_openmage_function($code, 'getOpenMageVersionInfo');
    $wanted = preg_match('/return\s+(\d+)/', $major, $part) || preg_match('/\$majorVersion\s*=\s*(\d+)/', $own, $part);
    $openmage = null;
    foreach (sr_openmage_arrays($own) as $numbers) {
        $extra = trim($numbers['stability'] . '.' . $numbers['number'], '.');
        // Two release lines may stand there; without a word on which one this is, the last one is what runs.
        $openmage = $numbers['major'] . '.' . $numbers['minor'] . '.' . $numbers['patch'];
        $openmage .= $extra === '' ? '' : "-$extra";
        if ($wanted && $numbers['major'] === $part[1]) {
            break;
        }
    }
    foreach (sr_openmage_arrays(sr_openmage_function($code, 'getVersionInfo')) as $numbers) {
        $patch = $numbers['patch'] === '' ? '' : '.' . $numbers['patch'];
        $found = $numbers['major'] . '.' . $numbers['minor'] . '.' . $numbers['revision'] . $patch;
        return array($openmage, trim($found . '-' . $numbers['stability'] . $numbers['number'], '.-'));
    }
    $plain = preg_match('/return\s+[\'"]([\d.]+[\w.-]*)[\'"]/', sr_openmage_function($code, 'getVersion'), $part);
    return array($openmage, $plain ? $part[1] : null);
}

/** The text of a function, up to the next one. */
function sr_openmage_function($code, $name)
{
    return preg_match('/function\s+' . $name . '\s*\((.*?)(?=\bfunction\b|\z)/s', $code, $part) ? $part[1] : '';
}

/** The arrays of version numbers that a function may return, in their order. */
function sr_openmage_arrays($code)
{
    $found = array();
    foreach (explode('return', $code) as $piece) {
        if (!preg_match_all('/[\'"](\w+)[\'"]\s*=>\s*[\'"]?([\w.]*)[\'"]?/', $piece, $parts)) {
            continue;
        }
        $numbers = array_combine($parts[1], $parts[2]);
        if (isset($numbers['major'])) {
            $names = array('major', 'minor', 'revision', 'patch', 'stability', 'number');
            $found[] = $numbers + array_fill_keys($names, '');
        }
    }
    return $found;
}

/** Module name => pool, active, of app/etc/modules, without the core's; null, with a gap, where it cannot be read. */
function sr_openmage_modules($site, SrAnswer $out)
{
    $folder = $site['root'] . '/app/etc/modules';
    $names = sr_list($folder);
    if ($names === null) {
        $out->gap('software', 'modules', sr_why($folder), sr_permission_remedy($folder), sr_cause($folder));
        return null;
    }
    $modules = array();
    foreach (preg_grep('/\.xml$/D', $names) as $name) {
        $text = sr_read("$folder/$name", 1048576);
        $tree = $text === null ? null : sr_openmage_xml($text);
        if ($tree === null) {
            $why = $text === null ? sr_why("$folder/$name") : "cannot be understood: $folder/$name";
            $out->gap('software', "modules/$name", $why, sr_permission_remedy("$folder/$name"), sr_cause("$folder/$name"));
        }
        foreach (sr_openmage_below($tree, 'modules') as $module => $node) {
            $modules[$module] = array(
                'pool' => sr_openmage_word($node, 'codePool'),
                'active' => sr_openmage_word($node, 'active') === 'true',
            );
        }
    }
    $no_local = sr_openmage_word($site['local'], 'global/disable_local_modules') === 'true';
    foreach ($modules as $module => $details) {
        $known = in_array($details['pool'], array('community', 'local'), true);
        if (!$known || !preg_match('/^[A-Za-z0-9]+_[A-Za-z0-9_]+$/D', $module)) {
            unset($modules[$module]);
        } elseif ($no_local && $details['pool'] === 'local') {
            $modules[$module]['active'] = false;
        }
    }
    return $modules;
}

function sr_openmage_module($site, $name, array $module, $resources, SrAnswer $out)
{
    $path = $site['root'] . '/app/code/' . $module['pool'] . '/' . str_replace('_', '/', $name) . '/etc/config.xml';
    $text = sr_read($path, 1048576);
    $tree = $text === null ? null : sr_openmage_xml($text);
    if ($tree === null && ($text !== null || sr_denied($path))) {
        $why = $text === null ? sr_why($path) : "cannot be understood: $path";
        $out->gap('software', $name, $why, sr_permission_remedy($path), sr_cause($path));
    }
    $version = sr_openmage_word($tree, "modules/$name/version");
    $unfinished = $text === null && !sr_denied($path) ? 'declared in app/etc/modules, but its files are missing' : '';
    $setups = $module['active'] && $resources !== null ? sr_openmage_below($tree, 'global/resources') : array();
    foreach ($setups as $code => $node) {
        if (sr_openmage_word($node, 'setup/module') !== $name || $version === '') {
            continue;
        }
        $at = isset($resources[$code]) ? $resources[$code] : '';
        if ($at === '' || version_compare($at, $version) < 0) {
            $at = $at === '' ? 'holds nothing of it' : "is at $at";
            $unfinished = "its setup has not run: the database $at, the files want $version";
        } elseif (version_compare($at, $version) > 0) {
            $unfinished = "the database is at $at, the files are older, $version: an update was taken back by halves";
        }
    }
    $out->software(array(
        'kind' => 'module',
        'key' => $name,
        'name' => $name,
        'version' => $version === '' ? null : $version,
        'active' => $module['active'],
        'unfinished' => $unfinished,
    ));
}

function sr_openmage_accounts($site, $db, $modules, SrAnswer $out)
{
    $prefix = sr_openmage_prefix($site);
    $allow = "SELECT role_id, resource_id FROM {admin_rule} WHERE permission = 'allow' LIMIT 100000";
    $select = "SELECT u.user_id, u.role_id AS own_id, g.role_id, g.role_name FROM {admin_role} u"
        . " LEFT JOIN {admin_role} g ON g.role_id = u.parent_id AND g.role_type = 'G'"
        . " WHERE u.role_type = 'U' AND u.user_id > 0 LIMIT 20000";
    $names = $modules === null ? null : array_keys(array_filter($modules, function ($module) {
        return $module['active'];
    }));
    // The core has no second factor in any release: only a module could bring one.
    $factor = $names === null || sr_mage_guards_login($names) ? null : false;
    $roles = sr_mage_roles($db, $prefix, $select, $allow, 'all', $out);
    foreach (sr_mage_users($db, $prefix, $out) as $user) {
        $out->account(array('second_factor' => $factor) + sr_mage_account($user, $roles));
    }
    sr_openmage_api_users($db, $prefix, $out);
}

/** Active users of the SOAP and XML-RPC interface. */
function sr_openmage_api_users($db, $prefix, SrAnswer $out)
{
    $rows = sr_mage_rows($db, $prefix, 'SELECT user_id, username, firstname, lastname, email,'
        . ' UNIX_TIMESTAMP(created) AS created FROM {api_user} WHERE is_active = 1 ORDER BY user_id LIMIT 2000');
    $sessions = sr_mage_column((array) sr_mage_rows($db, $prefix, 'SELECT user_id, UNIX_TIMESTAMP(MAX(logdate)) AS at'
        . ' FROM {api_session} GROUP BY user_id LIMIT 5000'), 'user_id', 'at');
    foreach ($rows === null ? array() : $rows as $row) {
        $at = isset($sessions[$row['user_id']]) ? sr_mage_time($sessions[$row['user_id']]) : null;
        $out->account(array(
            'login' => 'api:' . $row['username'],
            'id' => 'api:' . $row['user_id'],
            'name' => trim($row['firstname'] . ' ' . $row['lastname']),
            'email' => (string) $row['email'],
            'roles' => array('api'),
            'powers' => array('api'),
            'created' => sr_mage_time($row['created']),
            'enabled' => true,
            'evidence' => $at === null ? array() : array(array('at' => $at, 'source' => 'API session')),
            'tokens_used' => $at,
        ));
    }
}

/** Where this Magento logs. Mage::log and Mage::logException are silent unless dev/log/active says otherwise. */
function sr_openmage_logs($site)
{
    $folder = $site['root'] . '/var/log';
    $sources = sr_mage_logs($folder, 'magento1');
    if (sr_openmage_logging($site) === false) {
        $silent = array("$folder/system.log", "$folder/exception.log");
        foreach ($sources as $at => $source) {
            if (in_array($source['path'], $silent, true) || strpos($source['path'], '*') !== false) {
                unset($sources[$at]);
            }
        }
        foreach ($silent as $path) {
            $sources[] = array(
                'off' => 'dev/log/active is 0: Magento writes neither messages nor exceptions',
                'remedy' => 'openmage-log',
            ) + sr_mage_source($path, 'magento1', 'application');
        }
    }
    $sources[] = sr_mage_source($site['root'] . '/var/report/*', 'magento1', 'report-files');
    return array_values($sources);
}

/** Whether anything of the shop logs; null where the database does not say. */
function sr_openmage_logging($site)
{
    $db = sr_openmage_database($site);
    if ($db instanceof SrGap) {
        return null;
    }
    try {
        $prefix = sr_openmage_prefix($site);
        $query = "SELECT scope, value FROM {core_config_data} WHERE path = 'dev/log/active' LIMIT 500";
        $rows = sr_mage_rows($db, $prefix, $query);
    } catch (SrDbError $error) {
        return null;
    }
    if ($rows === null) {
        return null;
    }
    $values = sr_mage_column($rows, 'scope', 'value');
    $file = sr_openmage_word($site['local'], 'default/dev/log/active');
    return in_array('1', $values, true) || (!isset($values['default']) && $file === '1');
}

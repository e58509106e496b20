<?php
// ExpressionEngine's add-ons: what their files say, what is set up in the database, and where the two differ.
//
// No service knows the newest release of an add-on. Those that ship with ExpressionEngine come and go with it: of them
// only those are told whose files were replaced and whose update was not run.

function sr_ee_addons($site, $db, SrAnswer $out)
{
    $set_up = $db === null ? null : sr_ee_set_up($site, $db, $out);
    $own = sr_ee_setting($site, 'third_party_path');
    $folder = $site['line'] === 2
        ? (is_string($own) && $own !== '' ? rtrim($own, '/') : $site['system'] . '/expressionengine/third_party')
        : $site['system'] . '/user/addons';
    $names = sr_list($folder);
    if ($names === null && sr_denied($folder)) {
        $out->gap('software', 'add-ons', sr_why($folder), sr_permission_remedy($folder), sr_cause($folder));
    }
    foreach ($names === null ? array() : $names as $name) {
        $addon = sr_ee_addon($site, "$folder/$name", $name);
        if ($addon !== null) {
            sr_ee_addon_answer($site, $addon, $set_up, $out);
        }
    }
    foreach ($site['line'] === 2 || $set_up === null ? array() : array('ExpressionEngine', 'EllisLab') as $maker) {
        $folder = $site['system'] . "/ee/$maker/Addons";
        foreach ((array) sr_list($folder) as $name) {
            $addon = $name === null ? null : sr_ee_addon($site, "$folder/$name", $name);
            if ($addon !== null && sr_ee_addon_ahead($addon, $set_up) !== '') {
                sr_ee_addon_answer($site, $addon + array('shipped' => true), $set_up, $out);
            }
        }
    }
}

/** An add-on's folder: 'short', 'name', 'version' (null where it cannot be read) and 'files'; null where it is none. */
function sr_ee_addon($site, $folder, $short)
{
    if (!@is_dir($folder) || !preg_match('/^[A-Za-z0-9_-]{1,100}$/D', $short)) {
        return null;
    }
    $files = (array) sr_list($folder);
    $addon = array('short' => $short, 'name' => $short, 'version' => null, 'files' => $files);
    if (in_array('addon.setup.php', $files, true)) {
        $constants = $site['constants'] + array('PATH_THIRD' => dirname($folder) . '/');
        $read = sr_static("$folder/addon.setup.php", $site['env'], $constants);
        foreach (array('name', 'version') as $field) {
            $value = $read === null ? null : sr_pick($read['return'], array($field));
            $addon[$field] = is_string($value) || is_int($value) || is_float($value) ? (string) $value : $addon[$field];
        }
        return $addon;
    }
    if ($site['line'] !== 2) {
        return @is_readable($folder) ? null : $addon;
    }
    $parts = preg_grep('/^(upd|mod|ext|ft|pi|acc)\.\w+\.php$/D', $files);
    foreach ($parts as $file) {
        $text = (string) sr_read("$folder/$file", 65536);
        $written = '/(?:\$version\s*=|["\'](?:pi_)?version["\']\s*=>)\s*["\']([\w.+-]{1,30})["\']/';
        if (preg_match($written, $text, $part)) {
            $addon['version'] = $addon['version'] === null ? $part[1] : $addon['version'];
        }
    }
    return $parts ? $addon : null;
}

/** What is set up, by kind: short name => version; null after saying why it could not be read. */
function sr_ee_set_up($site, SrDb $db, SrAnswer $out)
{
    $sources = array(
        'module' => array('modules', 'module_name', 'module_version', "'y'"),
        'fieldtype' => array('fieldtypes', 'name', 'version', "'y'"),
        'extension' => array('extensions', 'class', 'version', 'enabled'),
        'plugin' => array('plugins', 'plugin_package', 'plugin_version', "'y'"),
    );
    if ($site['line'] === 2) {
        unset($sources['plugin']);
    }
    $found = array();
    try {
        foreach ($sources as $kind => $source) {
            list($table, $name, $version, $enabled) = $source;
            $found[$kind] = array();
            $sql = "SELECT DISTINCT $name AS n, $version AS v, $enabled AS e FROM " . sr_ee_table($site, $table);
            foreach ($db->rows("$sql LIMIT 5000") as $row) {
                $short = preg_replace('/_(ext|mcp)$/D', '', strtolower((string) $row['n']));
                $found[$kind][$short] = array('version' => (string) $row['v'], 'enabled' => $row['e'] === 'y');
            }
        }
    } catch (SrDbError $error) {
        $out->gap('software', 'set-up-add-ons', $error->getMessage(), '', sr_db_cause($error->getCode()));
        return null;
    }
    return $found;
}

/** What the database has of an add-on, in the order ExpressionEngine looks: array("version", "enabled") or null. */
function sr_ee_addon_record(array $addon, array $set_up)
{
    $short = strtolower($addon['short']);
    $parts = array('module' => '(upd|mod)', 'fieldtype' => 'ft', 'extension' => 'ext', 'plugin' => 'pi');
    foreach ($parts as $kind => $part) {
        foreach (preg_grep("/^$part\\.\\w+\\.php\$/D", $addon['files']) as $file) {
            $names = $kind === 'fieldtype' ? array(strtolower(substr($file, 3, -4)), $short) : array($short);
            foreach ($names as $name) {
                if (isset($set_up[$kind][$name])) {
                    return $set_up[$kind][$name];
                }
            }
        }
    }
    return null;
}

/**
 * By how much the files are ahead of what is set up, in words; '' where they are not, or where that cannot be known.
 * Older files say nothing: on a fresh installation some of ExpressionEngine's own are older than their records.
 */
function sr_ee_addon_ahead(array $addon, $set_up)
{
    $record = $set_up === null ? null : sr_ee_addon_record($addon, $set_up);
    $files = $addon['version'];
    $known = $record === null ? '' : $record['version'];
    // The columns hold 10 or 12 characters: a longer version is cut.
    if ($files === null || $known === '' || (strlen($known) >= 10 && strpos($files, $known) === 0)) {
        return '';
    }
    $short = '/(?:\.0+)+$/D'; // 1.0 and 1.0.0 are the same
    if (version_compare(preg_replace($short, '', $files), preg_replace($short, '', $known)) <= 0) {
        return '';
    }
    return "the files are of $files, the database is of $known";
}

function sr_ee_addon_answer($site, array $addon, $set_up, SrAnswer $out)
{
    $record = $set_up === null ? null : sr_ee_addon_record($addon, $set_up);
    $left = sr_ee_addon_ahead($addon, $set_up);
    $cli = $site['system'] . '/ee/eecli.php';
    $finish = @is_file($cli)
        ? sr_remedy('expressionengine-addon-cli', array('file' => $cli, 'name' => $addon['short']))
        : 'expressionengine-addon';
    $shipped = isset($addon['shipped']);
    $out->software(array(
        'kind' => 'addon',
        'key' => $addon['short'],
        'name' => $addon['name'] === '' ? $addon['short'] : $addon['name'],
        'version' => $addon['version'],
        'active' => $set_up === null ? null : $record !== null && $record['enabled'],
        'latest' => $shipped ? $addon['version'] : null,
        'unfinished' => $left,
        'update' => $left === '' ? 'replace-folder; ' . $finish : $finish,
    ));
}

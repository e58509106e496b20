SET NAMES utf8mb4;
SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
CREATE TABLE `{px}modules` (
  `module_id` int(4) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `module_name` varchar(50) NOT NULL,
  `module_version` varchar(12) NOT NULL,
  `has_cp_backend` char(1) NOT NULL DEFAULT 'n',
  `has_publish_fields` char(1) NOT NULL DEFAULT 'n'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}extensions` (
  `extension_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `class` varchar(50) NOT NULL DEFAULT '',
  `method` varchar(50) NOT NULL DEFAULT '',
  `hook` varchar(50) NOT NULL DEFAULT '',
  `settings` text NOT NULL,
  `priority` int(2) NOT NULL DEFAULT 10,
  `version` varchar(10) NOT NULL DEFAULT '',
  `enabled` char(1) NOT NULL DEFAULT 'y'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}plugins` (
  `plugin_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `plugin_name` varchar(50) NOT NULL,
  `plugin_package` varchar(50) NOT NULL,
  `plugin_version` varchar(12) NOT NULL,
  `is_typography_related` char(1) NOT NULL DEFAULT 'n'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}fieldtypes` (
  `fieldtype_id` int(4) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `name` varchar(50) NOT NULL,
  `version` varchar(12) NOT NULL,
  `settings` text DEFAULT NULL,
  `has_global_settings` char(1) DEFAULT 'n'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}roles` (
  `role_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `name` varchar(100) NOT NULL,
  `short_name` varchar(50) NOT NULL,
  `is_locked` char(1) NOT NULL DEFAULT 'n'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}members_roles` (
  `member_id` int(10) unsigned NOT NULL,
  `role_id` int(10) unsigned NOT NULL,
  PRIMARY KEY (`member_id`, `role_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}role_groups` (
  `group_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `name` varchar(100) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}roles_role_groups` (
  `role_id` int(10) unsigned NOT NULL,
  `group_id` int(10) unsigned NOT NULL,
  PRIMARY KEY (`role_id`, `group_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}members_role_groups` (
  `member_id` int(10) unsigned NOT NULL,
  `group_id` int(10) unsigned NOT NULL,
  PRIMARY KEY (`member_id`, `group_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}permissions` (
  `permission_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `role_id` int(10) unsigned NOT NULL,
  `site_id` int(5) unsigned NOT NULL,
  `permission` varchar(64) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}config` (
  `config_id` int(10) unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `site_id` int(10) unsigned NOT NULL DEFAULT 0,
  `key` varchar(64) NOT NULL DEFAULT '',
  `value` text DEFAULT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}member_groups` (
  `group_id` smallint(4) unsigned NOT NULL,
  `site_id` int(4) unsigned NOT NULL DEFAULT 1,
  `group_title` varchar(100) NOT NULL,
  `is_locked` char(1) NOT NULL DEFAULT 'n',
  `can_access_cp` char(1) NOT NULL DEFAULT 'y',
  `can_access_design` char(1) NOT NULL DEFAULT 'n',
  `can_access_members` char(1) NOT NULL DEFAULT 'n',
  PRIMARY KEY (`group_id`, `site_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE `{px}cp_log` (
  `id` int(10) NOT NULL AUTO_INCREMENT PRIMARY KEY,
  `site_id` int(4) unsigned NOT NULL DEFAULT 1,
  `member_id` int(10) unsigned NOT NULL,
  `username` varchar(75) NOT NULL,
  `ip_address` varchar(45) NOT NULL DEFAULT '0',
  `act_date` bigint(10) NOT NULL,
  `action` text NOT NULL,
  KEY `site_id` (`site_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
